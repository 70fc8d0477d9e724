"""A sender that knows the platform by its published WSDL and its page alone: zeep, xmlsec, mutual TLS.

zeep_client.py PORT CERTIFICATE KEY CA PLATFORM_CERTIFICATE
Asks for the WSDL, submits a record, submits it again, asks about it, is refused once; prints a line for each. Exit code 0: all went as the
page says.
"""
import base64
import datetime
import sys

import requests
import xmlsec
from lxml import etree
from zeep import Client, Transport
from zeep.exceptions import Fault
from zeep.wsa import WsAddressingPlugin
from zeep.wsse.utils import WSSE, WSU, ensure_id, get_security_header

PORT, CERTIFICATE, KEY, CA, PLATFORM = sys.argv[1:]
NAMESPACE = "http://exchange.xiang.example/hotline/report/1"
ADDRESS = f"https://localhost:{PORT}/exchange/services/HotlineReport"
X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
WSA = "{http://www.w3.org/2005/08/addressing}"
ID = etree.QName("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd", "Id")


def der_of(path):
    lines = [line for line in open(path) if not line.startswith("-----")]
    return base64.b64decode("".join(lines))


class Signed:
    """Body, Timestamp and every addressing header, as section 3 of the page asks."""

    def apply(self, envelope, headers):
        now = datetime.datetime.now(datetime.timezone.utc)
        security = get_security_header(envelope)
        token = WSSE.BinarySecurityToken(base64.b64encode(der_of(CERTIFICATE)).decode(), ValueType=X509, EncodingType=BASE64)
        timestamp = WSU.Timestamp(WSU.Created(now.strftime("%Y-%m-%dT%H:%M:%SZ")))
        signature = xmlsec.template.create(envelope, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.ECDSA_SHA256, ns="ds")
        security.extend([token, timestamp, signature])
        header, body = envelope[0], envelope[1]
        for node in [body, timestamp] + [block for block in header if block.tag.startswith(WSA)]:
            reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri="#" + ensure_id(node))
            xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        named = WSSE.SecurityTokenReference(WSSE.Reference(URI="#" + ensure_id(token), ValueType=X509))
        xmlsec.template.ensure_key_info(signature).append(named)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(KEY, xmlsec.KeyFormat.PEM)
        for node in envelope.iter():
            if node.get(ID):
                context.register_id(node, "Id", ID.namespace)
        context.sign(signature)
        return envelope, headers

    def verify(self, envelope):
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(PLATFORM, xmlsec.KeyFormat.CERT_PEM)
        for node in envelope.iter():
            if node.get(ID):
                context.register_id(node, "Id", ID.namespace)
        signature = next(envelope.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
        context.verify(signature)
        covered = {each.get("URI") for each in signature.iter("{http://www.w3.org/2000/09/xmldsig#}Reference")}
        assert "#" + envelope[1].get(ID) in covered, "the Body is not what was signed"
        return envelope


def record(serial, urgency="C"):
    return {
        "SerialNo": serial, "Kind": "APPEAL", "Unit": "R4302", "SheetNo": "T-" + serial, "Origin": "zz", "RecordNo": "R-" + serial,
        "Version": "1", "Action": "SAVE", "Mode": "LIVE", "HappenedAt": "2019-04-18T09:30:01", "StoredAt": "2019-04-18T09:30:15",
        "Appeal": {
            "Channel": "TEL", "AppealType": "HELP", "Category": "环境", "Title": "下水道", "Content": "异味", "AppealAt": "2019-04-18T09:30:01",
            "AcceptRegion": "430200000000", "Region": "430211000000", "Handling": "DISPATCH", "CallerName": "张先生", "Anonymous": "N",
            "Secret": "N", "Urgency": urgency,
        },
    }


session = requests.Session()
session.trust_env = False
session.cert, session.verify = (CERTIFICATE, KEY), CA
client = Client(ADDRESS + "?wsdl", transport=Transport(session=session), wsse=Signed(), plugins=[WsAddressingPlugin()])
for port in ("HotlineReportSoap11", "HotlineReportSoap12"):
    service = client.create_service(f"{{{NAMESPACE}}}{port}", ADDRESS)
    serial = "1" if port.endswith("11") else "2"
    head = {"Sender": "ZZ4302", "BatchNo": "b-" + serial, "SentAt": "2019-04-18T09:30:15", "Count": "1"}

    def code(answer):
        return answer.Result[0].Code

    assert code(service.SubmitRecords(Records={"Record": [record(serial)]}, **head)) == "00"
    assert code(service.SubmitRecords(Records={"Record": [record(serial)]}, **head)) == "01"
    question = {"SerialNo": serial, "Kind": "APPEAL", "SheetNo": "T-" + serial}
    assert code(service.QueryRecords(Records={"Record": [question]}, **head)) == "00"
    try:
        service.SubmitRecords(Records={"Record": [record("9", urgency="1")]}, **head)
        raise SystemExit("a record outside the schema was taken")
    except Fault as fault:
        assert fault.detail.find(f".//{{{NAMESPACE}}}Code").text == "2101", fault.detail
    print(port, "taken, repeated, found, refused")
