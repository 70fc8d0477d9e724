#!/usr/bin/env python3
"""Posts one JSON file as a signed request, and sends it again until it is answered.
提交一个签名的 JSON 文件;没有应答时重发,直到得到应答。

    post_record.py CREDENTIAL URL FILE [CA]

CREDENTIAL: path without ending; CREDENTIAL.pem and CREDENTIAL.key (P-256). CA: default root.pem beside it.
Exit code: 0 taken or a duplicate, 1 refused (the problem document is printed), 69 no answer.
Needs: Python 3.9, cryptography.
"""
import base64
import hashlib
import http.client
import os
import ssl
import sys
import time
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

ATTEMPTS_MAX = 10
WAIT_SECONDS_MAX = 60


def signed_headers(credential, url, body):
    with open(credential + ".pem", "rb") as file:
        certificate = x509.load_pem_x509_certificate(file.read())
    with open(credential + ".key", "rb") as file:
        key = serialization.load_pem_private_key(file.read(), password=None)
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
    params = (
        '("@method" "@target-uri" "content-type" "content-digest")'
        f';created={int(time.time())};keyid="{certificate.fingerprint(hashes.SHA256()).hex()}"'
        ';alg="ecdsa-p256-sha256";tag="yht"'
    )
    # RFC 9421 section 2.5: no line end after the last line.
    signature_base = (
        '"@method": POST\n'
        f'"@target-uri": {url}\n'
        '"content-type": application/json\n'
        f'"content-digest": {digest}\n'
        f'"@signature-params": {params}'
    )
    # Section 3.3.4: r and s, 32 octets each, not DER.
    r, s = utils.decode_dss_signature(key.sign(signature_base.encode(), ec.ECDSA(hashes.SHA256())))
    signature = base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    return {
        "Content-Type": "application/json",
        "Content-Digest": digest,
        "Signature-Input": "sig=" + params,
        "Signature": "sig=:" + signature + ":",
    }


def post(credential, url, body, ca):
    """One attempt: (status, seconds to wait, answer); status 0 where nothing came back."""
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(credential + ".pem", credential + ".key")
    connection = http.client.HTTPSConnection(parts.hostname, parts.port or 443, timeout=60, context=context)
    try:
        connection.request("POST", parts.path, body, signed_headers(credential, url, body))
        answer = connection.getresponse()
        return answer.status, int(answer.getheader("Retry-After", "0")), answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        print(error, file=sys.stderr)
        return 0, 0, ""
    finally:
        connection.close()


def main():
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 64
    credential, url, path = sys.argv[1:4]
    ca = sys.argv[4] if len(sys.argv) > 4 else os.path.join(os.path.dirname(credential), "root.pem")
    with open(path, "rb") as file:
        body = file.read()
    # The same body each time: what was taken before the answer got lost is answered as a duplicate.
    for attempt in range(ATTEMPTS_MAX):
        status, retry_after, answer = post(credential, url, body, ca)
        if status not in (0, 429, 500, 503):
            print(answer)
            return 0 if status < 300 else 1
        time.sleep(max(retry_after, min(2**attempt, WAIT_SECONDS_MAX)))
    return 69


if __name__ == "__main__":
    sys.exit(main())
