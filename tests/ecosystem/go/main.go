// gophercloud with a token of the daemon: AuthOptions{TokenID} takes it as it is, and a ReauthFunc reports a 401.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
)

const tokens = "http://localhost/v1/tokens/ci/eu-de"

var daemon = &http.Client{Transport: &http.Transport{
	DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", os.Getenv("TOKENWARD_SOCKET"))
	},
}}

// ask fills in answer from the daemon; a body makes it a POST.
func ask(ctx context.Context, url string, body, answer any) error {
	method, text := http.MethodGet, []byte(nil)
	if body != nil {
		method = http.MethodPost
		text, _ = json.Marshal(body)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := daemon.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		var problem struct{ Detail string }
		_ = json.NewDecoder(response.Body).Decode(&problem)
		return fmt.Errorf("tokenward: %d %s", response.StatusCode, problem.Detail)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}

type document struct{ Token, Fingerprint string }

func connect(ctx context.Context, authURL string) (*gophercloud.ProviderClient, error) {
	var held document
	if err := ask(ctx, tokens, nil, &held); err != nil {
		return nil, err
	}
	provider, err := openstack.NewClient(authURL)
	if err != nil {
		return nil, err
	}
	provider.UseTokenLock()
	if err := openstack.Authenticate(ctx, provider, gophercloud.AuthOptions{TokenID: held.Token}); err != nil {
		return nil, err
	}
	provider.ReauthFunc = func(ctx context.Context) error {
		var said struct{ Verdict string }
		refused := map[string]any{"fingerprint": held.Fingerprint, "status": http.StatusUnauthorized}
		if err := ask(ctx, tokens+"/report", refused, &said); err != nil {
			return err
		}
		if said.Verdict != "invalidated" && said.Verdict != "already_replaced" {
			return errors.New("tokenward: a new token would not help: " + said.Verdict)
		}
		if err := ask(ctx, tokens, nil, &held); err != nil {
			return err
		}
		provider.SetToken(held.Token)
		return nil
	}
	return provider, nil
}

func main() {
	ctx := context.Background()
	say := json.NewEncoder(os.Stdout).Encode
	provider, err := connect(ctx, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = say(map[string]any{"version": os.Args[2]})
	for urls := bufio.NewScanner(os.Stdin); urls.Scan(); {
		response, err := provider.Request(ctx, http.MethodGet, urls.Text(), &gophercloud.RequestOpts{})
		answer := map[string]any{}
		var unexpected gophercloud.ErrUnexpectedResponseCode
		switch {
		case err == nil:
			answer["status"] = response.StatusCode
			response.Body.Close()
		case errors.As(err, &unexpected):
			answer["status"] = unexpected.Actual
			fallthrough
		default:
			answer["error"] = fmt.Sprintf("%T: %v", err, err)
		}
		_ = say(answer)
	}
}
