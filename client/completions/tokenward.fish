# fish completion of tokenward: commands, options, identities and scopes.

# Asks the daemon; at once, or nothing.
function __tokenward_names
    set -l words (commandline -opc)
    set -l socket (string match -- '--socket=*' $words)
    if set -l at (contains -i -- --socket $words)
        set socket --socket $words[(math $at + 1)]
    end
    tokenward $socket names $argv 2>/dev/null
end

function __tokenward_in
    __fish_seen_subcommand_from $argv
end

# Whether the line has come to the command of `run`.
function __tokenward_behind_dashes
    contains -- -- (commandline -opc)
end

# That command's line, completed as it would be by itself.
function __tokenward_command
    set -l words (commandline -opc) (commandline -ct)
    set -l at (contains -i -- -- $words)
    complete -C (string join -- ' ' (string escape -- $words[(math $at + 1)..-2]) $words[-1])
end

set -l commands get run request endpoint watch status identities explain report invalidate renew login health log-level config
complete -c tokenward -f
complete -c tokenward -l socket -r -F -d "the daemon's socket"
complete -c tokenward -s h -l help -d explain
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -s V -l version -d "print the version"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a get -d "print a token"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a run -d "run a command with a token"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a request -d "call a service, as curl"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a endpoint -d "print the URL of a service"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a watch -d "print a line per change"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a status -d "show the state of scopes"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a identities -d "list what you may use"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a explain -d "show which rule applies"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a report -d "report a refused token"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a invalidate -d "drop a token"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a renew -d "fetch a new token"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a login -d "give a person's MFA code"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a health -d "answer probes"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a log-level -d "set how much is logged"
complete -c tokenward -n "not __fish_seen_subcommand_from $commands" -a config -d "import from clouds.yaml"

complete -c tokenward -n "__tokenward_in get run endpoint watch explain report invalidate renew; and not __tokenward_behind_dashes" -a "(__tokenward_names)"
complete -c tokenward -n "__tokenward_in run; and __tokenward_behind_dashes" -a "(__tokenward_command)"
complete -c tokenward -n "__tokenward_in login" -a "(__tokenward_names identities)"
complete -c tokenward -n "__tokenward_in log-level" -a "debug info warning error"
complete -c tokenward -n "__tokenward_in config" -a import
complete -c tokenward -n "__tokenward_in request" -a "GET POST PUT PATCH DELETE HEAD"
complete -c tokenward -n "__tokenward_in get" -s o -l output -x -a "token json header bearer env"
complete -c tokenward -n "__tokenward_in status identities" -s o -l output -x -a "table json"
complete -c tokenward -n "__tokenward_in explain" -s o -l output -x -a "text json"
complete -c tokenward -n "__tokenward_in get run" -l min-ttl -x -d "valid for so many seconds"
complete -c tokenward -n "__tokenward_in get run health" -l max-wait -x -d "give up after so many seconds"
complete -c tokenward -n "__tokenward_in status" -s w -l watch -d "refresh in place"
complete -c tokenward -n "__tokenward_in health" -s r -l ready -d "ready, not only alive"
complete -c tokenward -n "__tokenward_in watch" -s t -l token -d "with the token"
complete -c tokenward -n "__tokenward_in watch" -s n -l count -x -d "end after so many lines"
complete -c tokenward -n "__tokenward_in explain" -s p -l pid -x -a "(__fish_complete_pids)" -d "for a process"
complete -c tokenward -n "__tokenward_in report invalidate" -s f -l fingerprint -x -d "of the token"
complete -c tokenward -n "__tokenward_in report" -s n -l status -x -d "of the refusal"
complete -c tokenward -n "__tokenward_in report" -s b -l body -x -d "what the service said"
complete -c tokenward -n "__tokenward_in report" -l body-file -r -F -d "the same from a file"
complete -c tokenward -n "__tokenward_in endpoint" -s i -l interface -x -a "public internal admin"
complete -c tokenward -n "__tokenward_in endpoint" -s r -l region -x -d "which endpoint"
complete -c tokenward -n "__tokenward_in request" -s s -l scope -x -a "(__tokenward_names)" -d "whose token"
complete -c tokenward -n "__tokenward_in request" -s d -l data -x -d body
complete -c tokenward -n "__tokenward_in request" -s H -l header -x -d "another field"
complete -c tokenward -n "__tokenward_in request" -s i -l include -d "print the head too"
complete -c tokenward -n "__tokenward_in request" -s o -l output -r -F -d "print to a file"
complete -c tokenward -n "__tokenward_in request" -l interface -x -a "public internal admin"
complete -c tokenward -n "__tokenward_in request" -l region -x -d "which endpoint"
complete -c tokenward -n "__tokenward_in request" -l cacert -r -F -d "the CAs of the service"
complete -c tokenward -n "__tokenward_in request" -l max-time -x -d "give up after so many seconds"
complete -c tokenward -n "__tokenward_in request" -l anywhere -d "let the token go to any host"
