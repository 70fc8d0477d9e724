#!/usr/bin/env python3
"""The SOAP door with zeep, from the published WSDL alone: signs Body and Timestamp, checks the signed answer.
用 zeep 仅凭公布的 WSDL 调用 SOAP 接口:对 Body 与 Timestamp 签名,并验证带签名的应答。

    soap_client.py CREDENTIAL URL GATEWAY_CERTIFICATE submit FILE.json …
    soap_client.py CREDENTIAL URL GATEWAY_CERTIFICATE message SOURCE FILE CONTENT_TYPE
    soap_client.py CREDENTIAL URL GATEWAY_CERTIFICATE upload FILE MEDIA_TYPE
    soap_client.py CREDENTIAL URL GATEWAY_CERTIFICATE ticket TICKET_NO
    soap_client.py CREDENTIAL URL GATEWAY_CERTIFICATE changes [AFTER]
    soap_client.py CREDENTIAL URL GATEWAY_CERTIFICATE codes LIST

CREDENTIAL: path without ending; CREDENTIAL.pem and CREDENTIAL.key (P-256 or RSA). The CA's root.pem stands beside it.
URL: https://gateway.example:8443/soap/v1
Prints the answer as JSON. Exit code: 0 taken, 1 a Fault (its Problem is printed), 69 no trustworthy answer.
Needs: Python 3.9, python3-zeep, python3-xmlsec, cryptography.
"""
import hashlib
import json
import os
import sys
from datetime import datetime, timedelta, timezone

import requests
import xmlsec
import zeep
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from zeep.exceptions import Fault, SignatureVerificationFailed
from zeep.helpers import serialize_object
from zeep.transports import Transport
from zeep.wsse.signature import BinarySignature, _make_verify_key, _verify_envelope_with_key
from zeep.wsse.utils import get_security_header, get_unique_id

UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"


class SignedBothWays(BinarySignature):
    """What zeep leaves out: a Timestamp, SHA-256, and the other side's certificate for the answer."""

    def __init__(self, credential, gateway_certificate):
        with open(credential + ".pem", "rb") as file:
            public_key = x509.load_pem_x509_certificate(file.read()).public_key()
        method = xmlsec.Transform.RSA_SHA256 if isinstance(public_key, rsa.RSAPublicKey) else xmlsec.Transform.ECDSA_SHA256
        super().__init__(credential + ".key", credential + ".pem", signature_method=method, digest_method=xmlsec.Transform.SHA256)
        with open(gateway_certificate, "rb") as file:
            self.gateway_key = _make_verify_key(file.read())

    def apply(self, envelope, headers):
        now = datetime.now(timezone.utc)
        timestamp = etree.SubElement(get_security_header(envelope), etree.QName(UTILITY, "Timestamp"), nsmap={"wsu": UTILITY})
        timestamp.set(etree.QName(UTILITY, "Id"), get_unique_id())
        for name, at in (("Created", now), ("Expires", now + timedelta(minutes=5))):
            etree.SubElement(timestamp, etree.QName(UTILITY, name)).text = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return super().apply(envelope, headers)

    def verify(self, envelope):
        _verify_envelope_with_key(envelope, self.gateway_key)
        return envelope


def connect(credential, url, gateway_certificate):
    session = requests.Session()
    session.cert = (credential + ".pem", credential + ".key")
    session.trust_env = False  # else REQUESTS_CA_BUNDLE of the environment wins over the line below
    session.verify = os.path.join(os.path.dirname(credential), "root.pem")
    return zeep.Client(url + "?wsdl", wsse=SignedBothWays(credential, gateway_certificate), transport=Transport(session=session))


def as_xml(record):
    """The JSON record as zeep wants it: named by its kind; an extension block is a list of entries."""
    fields = {name: value for name, value in record.items() if name != "kind"}
    if "ext" in fields:
        fields["ext"] = {"entry": [{"name": name, "_value_1": text} for name, text in fields["ext"].items()]}
    return {record["kind"]: fields}


def perform(service, what, arguments):
    if what == "submit":
        records = []
        for name in arguments:
            with open(name, encoding="utf-8") as file:
                read = json.load(file)
            records += read if isinstance(read, list) else [read]
        return service.SubmitRecord(record=[as_xml(record) for record in records])
    if what == "message":
        with open(arguments[1], "rb") as file:
            return service.SubmitMessage(source=arguments[0], content_type=arguments[2], content=file.read())
    if what == "upload":
        with open(arguments[0], "rb") as file:
            content = file.read()
        # zeep sends base64 inside the envelope, which is taken up to 1 MB; larger files go by MTOM or REST.
        return service.UploadAttachment(
            sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), media_type=arguments[1], content=content
        )
    if what == "ticket":
        return service.GetTicket(ticket_no=arguments[0])
    if what == "changes":
        return service.GetChanges(**({"after": arguments[0]} if arguments else {}))
    if what == "codes":
        return service.GetCodes(list=arguments[0])
    sys.exit(__doc__)


def problem(fault):
    if fault.detail is None:
        return {"code": fault.code, "detail": fault.message}
    found = {}
    for element in fault.detail.iter():
        if len(element) == 0:
            found.setdefault(etree.QName(element).localname, element.text)
    return found


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    credential, url, gateway_certificate, what = sys.argv[1:5]
    try:
        service = connect(credential, url, gateway_certificate).service
        answer = perform(service, what, sys.argv[5:])
    except Fault as fault:
        print(json.dumps(problem(fault), ensure_ascii=False))
        return 1
    except (requests.RequestException, SignatureVerificationFailed, xmlsec.Error) as error:
        print(f"no trustworthy answer 没有可信的应答: {type(error).__name__}", file=sys.stderr)
        return 69
    print(json.dumps(serialize_object(answer, dict), ensure_ascii=False, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
