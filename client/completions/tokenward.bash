# bash completion of tokenward: commands, options, identities and scopes.
# shellcheck shell=bash

# Asks the daemon; at once, or nothing.
_tokenward_names() {
    local socket=()
    local i
    for ((i = 1; i < ${#words[@]} - 1; ++i)); do
        [[ ${words[i]} == --socket ]] && socket=(--socket "${words[i + 1]/#\~\//$HOME/}")
    done
    "${COMP_WORDS[0]}" "${socket[@]}" names "$@" 2>/dev/null
}

_tokenward_words() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$2")
}

# The values of an option; false if it takes none that is known.
_tokenward_value() {
    case $1:$2 in
        get:-o | get:--output) _tokenward_words 'token json header bearer env' "$3" ;;
        status:-o | status:--output | identities:-o | identities:--output) _tokenward_words 'table json' "$3" ;;
        explain:-o | explain:--output) _tokenward_words 'text json' "$3" ;;
        request:-s | request:--scope) _tokenward_words "$(_tokenward_names)" "$3" ;;
        *:-i | *:--interface)
            [[ $1 == endpoint || $2 == --interface ]] || return 1
            _tokenward_words 'public internal admin' "$3"
            ;;
        request:-o | request:--output | request:--cacert | report:--body-file | *:--socket)
            COMPREPLY=()
            compopt -o default
            ;;
        *:-p | *:--pid) _tokenward_words "$(compgen -G '/proc/[0-9]*' | sed 's|/proc/||')" "$3" ;;
        get:--min-ttl | get:--max-wait | run:--min-ttl | run:--max-wait | health:--max-wait | watch:-n | watch:--count | \
            report:-[fnb] | report:--fingerprint | report:--status | report:--body | invalidate:-f | \
            invalidate:--fingerprint | request:-[dH] | request:--data | request:--header | request:--region | \
            request:--max-time | endpoint:-r | endpoint:--region)
            COMPREPLY=()
            ;;
        *) return 1 ;;
    esac
}

_tokenward_options() {
    local common='--socket --help'
    case $1 in
        '') echo "--version $common" ;;
        get) echo "--output --min-ttl --max-wait $common" ;;
        run) echo "--min-ttl --max-wait $common" ;;
        request) echo "--scope --data --header --include --output --interface --region --cacert --max-time --anywhere $common" ;;
        endpoint) echo "--interface --region $common" ;;
        watch) echo "--token --count $common" ;;
        status) echo "--output --watch $common" ;;
        identities) echo "--output $common" ;;
        explain) echo "--pid --output $common" ;;
        report) echo "--fingerprint --status --body --body-file $common" ;;
        invalidate) echo "--fingerprint $common" ;;
        health) echo "--ready --max-wait $common" ;;
        config) echo "--help" ;;
        *) echo "$common" ;;
    esac
}

_tokenward_operand() {
    case $1 in
        get | endpoint | watch | explain | report | invalidate | renew | run) _tokenward_words "$(_tokenward_names)" "$2" ;;
        login) _tokenward_words "$(_tokenward_names identities)" "$2" ;;
        log-level) _tokenward_words 'debug info warning error' "$2" ;;
        config) _tokenward_words import "$2" ;;
        request) _tokenward_words 'GET POST PUT PATCH DELETE HEAD' "$2" ;;
    esac
}

# The words up to the cursor into `words`; --option=VALUE, which bash takes apart, as two of them.
_tokenward_split() {
    local i
    for ((i = 0; i <= COMP_CWORD; ++i)); do
        if [[ ${COMP_WORDS[i]} != = || ${COMP_WORDS[i - 1]} != --* ]]; then
            words+=("${COMP_WORDS[i]}")
        elif ((i == COMP_CWORD)); then
            words+=('')
        fi
    done
}

# What follows `--` is another command's line: completed as it would be by itself, where bash-completion is there.
_tokenward_command() {
    local first=1
    while [[ ${COMP_WORDS[first - 1]} != -- ]]; do ((++first)); done
    if declare -F _command_offset >/dev/null; then
        _command_offset "$first"
    elif ((first == COMP_CWORD)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$1")
    else
        compopt -o default
    fi
}

_tokenward() {
    local words=() command='' i
    _tokenward_split
    local current=${words[${#words[@]} - 1]} previous=${words[${#words[@]} - 2]}
    local commands='get run request endpoint watch status identities explain report invalidate renew login health log-level config'
    COMPREPLY=()
    for ((i = 1; i < ${#words[@]} - 1; ++i)); do
        case ${words[i]} in
            --socket) ((++i)) ;;
            --)
                _tokenward_command "$current"
                return
                ;;
            -*) ;;
            *) command=${command:-${words[i]}} ;;
        esac
    done
    _tokenward_value "$command" "$previous" "$current" && return
    if [[ $current == -* ]]; then
        _tokenward_words "$(_tokenward_options "$command")" "$current"
    elif [[ -z $command ]]; then
        _tokenward_words "$commands" "$current"
    else
        _tokenward_operand "$command" "$current"
    fi
}

complete -F _tokenward tokenward
