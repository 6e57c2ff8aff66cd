// Calls an API with a token of the daemon, without libraries: go run call.go IDENTITY SCOPE URL
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
)

func dial(ctx context.Context, _, _ string) (net.Conn, error) {
	path := os.Getenv("TOKENWARD_SOCKET")
	if path == "" {
		path = "/run/tokenward/tokenward.sock"
	}
	return (&net.Dialer{}).DialContext(ctx, "unix", path)
}

func ask(client *http.Client, method, address, body string, headers http.Header) (int, string) {
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header = headers
	response, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

func main() {
	daemon := &http.Client{Transport: &http.Transport{DialContext: dial}}
	tokens := "http://localhost/v1/tokens/" + url.PathEscape(os.Args[1]) + "/" + url.PathEscape(os.Args[2])
	for tries := 1; ; tries++ {
		status, answer := ask(daemon, "GET", tokens, "", nil)
		var held struct{ Token, Fingerprint string }
		if err := json.Unmarshal([]byte(answer), &held); status != 200 || err != nil {
			log.Fatal(answer)
		}
		status, answer = ask(http.DefaultClient, "GET", os.Args[3], "", http.Header{"X-Auth-Token": {held.Token}})
		refused := status == 400 || status == 401 || status == 403 // the daemon judges whether the token is to blame
		if !refused || tries == 2 {                                // once more after a refusal, and no more
			fmt.Println(answer)
			os.Exit(status / 400)
		}
		report, _ := json.Marshal(map[string]any{"fingerprint": held.Fingerprint, "status": status, "body": answer})
		_, said := ask(daemon, "POST", tokens+"/report", string(report), http.Header{"Content-Type": {"application/json"}})
		var judged struct{ Verdict string }
		_ = json.Unmarshal([]byte(said), &judged)
		if judged.Verdict != "invalidated" && judged.Verdict != "already_replaced" { // a new token would not help
			fmt.Println(answer)
			os.Exit(1)
		}
	}
}
