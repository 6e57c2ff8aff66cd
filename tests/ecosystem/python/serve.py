"""The test's end of a client: a URL for each line of the standard input, one line of JSON for each answer."""
import importlib.metadata
import json
import sys


def serve(package, call):
    """`call` is told a URL, and returns the status of the answer."""
    print(json.dumps({"version": importlib.metadata.version(package)}), flush=True)
    for line in sys.stdin:
        try:
            answer = {"status": call(line.strip())}
        except Exception as error:  # whatever a client raises is what the test wants to know
            answer = {"status": getattr(error, "http_status", None), "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
