#!/usr/bin/env python3
"""Follows the change feed by long polling; prints one JSON line an item.
以长轮询跟踪变更,每条一行 JSON。

    follow_changes.py CREDENTIAL BASE_URL CURSOR_FILE [CA] [--once]

CURSOR_FILE keeps `next` from run to run; it is written after the items have been dealt with, so that none is missed.
--once: ends when there is nothing more. Needs: Python 3.9.
"""
import http.client
import json
import os
import ssl
import sys
import time
from urllib.parse import urlsplit

WAIT_SECONDS = 25


def read_cursor(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip() or "0"
    except FileNotFoundError:
        return "0"


def write_cursor(path, cursor):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(cursor)
    os.replace(path + ".new", path)


def ask(context, parts, cursor, wait):
    connection = http.client.HTTPSConnection(parts.hostname, parts.port or 443, timeout=wait + 30, context=context)
    try:
        connection.request("GET", f"/v1/changes?after={cursor}&limit=500&wait={wait}")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), int(answer.getheader("Retry-After", "5"))
    finally:
        connection.close()


def deal_with(item):
    """Yours to write. An item may come again after a crash: its seq tells."""
    print(json.dumps(item, ensure_ascii=False), flush=True)


def main():
    once = "--once" in sys.argv
    arguments = [each for each in sys.argv[1:] if each != "--once"]
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 64
    credential, base_url, path = arguments[:3]
    ca = arguments[3] if len(arguments) > 3 else os.path.join(os.path.dirname(credential), "root.pem")
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(credential + ".pem", credential + ".key")
    cursor = read_cursor(path)
    while True:
        try:
            status, body, retry_after = ask(context, urlsplit(base_url), cursor, 0 if once else WAIT_SECONDS)
        except (OSError, http.client.HTTPException) as error:
            print(error, file=sys.stderr)
            time.sleep(5)
            continue
        if status in (429, 500, 503):
            time.sleep(retry_after)
            continue
        if status != 200:
            print(json.dumps(body, ensure_ascii=False), file=sys.stderr)
            return 1
        for item in body["items"]:
            deal_with(item)
        if once and not body["items"] and body["next"] == cursor:
            return 0
        cursor = body["next"]
        write_cursor(path, cursor)


if __name__ == "__main__":
    sys.exit(main())
