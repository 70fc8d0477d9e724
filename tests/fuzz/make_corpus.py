#!/usr/bin/env python3
"""Writes the seeds of tests/fuzz/corpus that are best said in code: make_corpus.py

Run again, it writes the same bytes. Inputs that a fuzzer found stand beside them under the name of what they broke.
The records, the signed message and the evidence are this repository's own examples and vectors.
"""
import base64
import io
import json as jsonlib
import pathlib
import struct
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests/fuzz/corpus"


def seed(target, name, data, choice=None):
    if isinstance(data, str):
        data = data.encode()
    if choice is not None:
        data = bytes([choice]) + data
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def csv():
    text = "编号,内容,内容\r\n007,\"水管,\"\"漏\"\"\n第二行\",x\n1,2\n,,\n"
    seed("decode_csv", "utf8", text, 0)
    seed("decode_csv", "gbk", text.encode("gbk"), 1)
    seed("decode_csv", "gb18030", "a,b\n𠀀,龦\n".encode("gb18030"), 2)
    seed("decode_csv", "utf16", b"\xff\xfe" + text.encode("utf-16-le"), 3)
    seed("decode_csv", "tsv_no_quotes", "a\tb\n\"x\ty\n", 4 | 16)
    seed("decode_csv", "gbk_pipe", "a|b\n巪|2\n".encode("gbk"), 1 | 8)
    seed("decode_csv", "no_header", " 1 ,2\n3\n", 32 | 64 | 128)
    seed("decode_csv", "never_closed", "a,b\n1,2\n\"3,4\n", 0)
    seed("decode_csv", "bad_byte", b"a,b\n1,\xff\n2,\x81\n3,4\n", 1)


PRODUCT = 'product: p\nproduct_title: p\nproduct_version: "1"\ndecode: {format: json, charset: UTF-8%s}\n'
MAPPING = """null_tokens: ["", "无"]
times: {formats: ["%%Y-%%m-%%d %%H:%%M:%%S", excel]}
vocabularies: {t: {file: t.csv, unmapped: %s}}
ignore: {heartbeat: {when: {TYPE: PING}}}
known_unused: [x]
records:
  appeal:
    kind: appeal
    rows:
      record_ref: NO
      event_time: TIME
      caller_phone: {from: [TEL, TEL2]}
      appeal_type: {from: TYPE, vocabulary: t}
      title: {from: TITLE, max: 20, overflow: cut}
      content: %s
      ext/DAYS: {from: DAYS, type: integer, default: "5"}
    attachments: [{each: files, url: url, file_name: name}]
"""
CODES = "native,canonical,valid_from,valid_to\n咨询,1\n投诉,3,2019-01-01,2019-12-31\n"
LUA = "function brief(values) return string.sub(values[1] or '', 1, 30) end\n"


def adapter():
    def parts(name, *texts):
        seed("adapter", name, "\n----\n".join(texts))
    item = ('{"NO":"A-1","TIME":"2019-10-15 08:30:00","TEL":"+86 138 0000 0001","TYPE":"投诉","TITLE":"水管漏了","DAYS":"07",'
            '"files":[{"url":"http://h/a.jpg","name":"a.jpg"}],"x":1}')
    plain = MAPPING % ("quarantine", "{from: [TITLE, NO], join: ' '}")
    parts("table", PRODUCT % "", plain, CODES, "", item)
    parts("lines", PRODUCT % ", lines: true", plain, CODES, "", item + "\n{}\n" + item.replace("投诉", "PING") + "\n{\n")
    parts("function", PRODUCT % "", MAPPING % ("accept_as, accept_as: '3', keep_in: ext/TYPE", "{from: TITLE, lua: brief}"),
          CODES, LUA, item.replace("投诉", "别的"))
    parts("runaway", PRODUCT % "", MAPPING % ("quarantine", "{from: TITLE, lua: brief}"), CODES,
          "function brief(v) while true do end end", item)
    parts("hoarder", PRODUCT % "", MAPPING % ("quarantine", "{from: TITLE, lua: brief}"), CODES,
          "function brief(v) local s = 'x' while true do s = s .. s end end", item)
    parts("each", PRODUCT % ", items: rows", plain.replace("kind: appeal\n", "kind: appeal\n    each: steps\n"), CODES, "",
          '{"rows":[{"steps":[' + item + "," + item + ']},{"steps":' + item + "}]}")
    parts("csv", (PRODUCT % "").replace("json", "csv").replace("UTF-8", "GBK"), plain, CODES, "", "NO,TIME,TYPE\r\n1,43753.5,咨询\n2\n")
    parts("wrong_keys", PRODUCT % ", itmes: a", plain.replace("rows:", "row:"), "native\n", "", item)
    parts("twice", "product: p\nproduct: p\n", "records: {}\n", "", "", "")
    parts("aliases", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "records: *b\n", CODES, "", item)
    parts("no_lua", PRODUCT % "", MAPPING % ("quarantine", "{from: TITLE, lua: brief}"), CODES, "function (", item)


def fixed_width():
    seed("decode_fixed_width", "lines", "0007水管  xy123\r\n\n0008abcdef  456\n".encode("gbk"), 0)
    seed("decode_fixed_width", "records", "0007abcdefxy1230008ghijklxy45", 2)
    seed("decode_fixed_width", "short_and_cut", "0001ab\n000水\n".encode("gbk"), 4)


def forms():
    seed("decode_form", "utf8", "JJDBH=007&a=%E6%B0%B4+5%25&a=2&b", 0)
    seed("decode_form", "gbk", "a=%CB%AE&b=%FF", 1)
    seed("decode_form", "broken_escape", "a=%4&b=%zz", 0)
    head = "--B\r\nContent-Disposition: form-data; name="
    seed("decode_multipart", "fields_and_file",
         head + '"a"\r\n\r\n水\r\n' + head + 'f; filename="C:\\x\\"y.jpg"; filename*=UTF-8\'\'%E6%B0%B4\r\n'
         "Content-Type: image/jpeg\r\n\r\n\0\r\n--\r\n--B--\r\n", 0)
    seed("decode_multipart", "csv_inside", (head + "file; filename=a.csv\r\n\r\na,b\n水,2\n\r\n--B--").encode("gbk"), 3)
    seed("decode_multipart", "torn", head + "a\r\n\r\n1\r\n", 0)


def json():
    seed("decode_json", "object", '{"a":"水","n":430200201904180001,"f":[true,null,1.5e3],"files":"x"}', 0)
    seed("decode_json", "rows", '{"code":"200","data":{"rows":[{"a":1},{"a":2,"a":3},7]}}', 1)
    seed("decode_json", "lines", '{"a":1}\n\n{"a":\n{"b":2}\n', 2)
    seed("decode_json", "absent", '{"data":null}', 5)


def xml():
    rows = "<s:E xmlns:s='urn:s'><s:Body><Row a='1'>x<b/>y<!-- c --></Row><Row><files><file>1</file></files></Row></s:Body></s:E>"
    for choice in range(4):
        seed("decode_xml", f"rows_{choice}", rows, choice)
    seed("decode_xml", "gbk", "<?xml version='1.0' encoding='GB2312'?><t><Row>水管</Row></t>".encode("gbk"), 2)
    seed("decode_xml", "doctype", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", 0)
    seed("decode_xml", "laughs", "<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;'>]><a>&y;</a>", 0)
    seed("decode_xml", "nil", "<a xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><b i:nil='1'/><c i:type='s'>7</c></a>", 0)
    seed("decode_xml", "utf16", "<a>水</a>".encode("utf-16"), 0)
    seed("decode_xml", "attributes", "<a " + " ".join(f"b{i}=''" for i in range(300)) + "/>", 0)
    seed("decode_xml", "tag_unended", "<!-- <x --><a b='>" + "x" * 300, 0)
    seed("decode_xml", "namespaces", "".join(f"<a xmlns:p{i}='u:{i}'>" for i in range(20)) + "</a>" * 20, 0)
    seed("decode_xml", "prolog_padded", "<?xml version='1.0'" + " " * 256 + "encoding='GBK'?><a/>", 0)
    seed("decode_xml", "deep", "<a>" * 40 + "</a>" * 40, 0)
    call = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><SubmitThird><strThird>%s</strThird></SubmitThird></s:Body></s:Envelope>"
    seed("decode_soap_string", "json", call % '{"Title":"水管"}', 2)
    seed("decode_soap_string", "json_cdata", call % '<![CDATA[{"a":"<"}]]></strThird><strThird>[', 0)
    seed("decode_soap_string", "xml", call % "&lt;?xml version='1.0' encoding='GBK'?&gt;&lt;t&gt;水&lt;/t&gt;", 3)
    document = "<a xmlns:p='urn:p'><b i='1'>x</b><p:c><b/></p:c></a>"
    for number, expression in enumerate(["//b[@i='1']", "/a/p:c/b", "//*[local-name()='b'][last()]", "/a/*[count(.//b)>0]", "id('x')|//b"]):
        seed("xpath", f"expression_{number}", expression + "\n" + document)


def workbook():
    main = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relationships = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>%s</Relationships>"
    to = "<Relationship Id='%s' Type='" + types + "/%s' Target='%s'/>"
    sheet = (f"<worksheet {main}><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='inlineStr'><is><t>b</t></is></c></row>"
             "<row r='2'><c r='A2' s='1'><v>43573.5</v></c><c r='B2' t='b'><v>1</v></c></row>"
             "<row r='4'><c><f>1+1</f><v>2</v></c><c t='e'><v>#N/A</v></c></row><row><c t='str'><f>x</f><v>_x000D_</v></c></row>"
             "</sheetData></worksheet>")
    strings = f"<sst {main}><si><t>a</t></si><si><r><t>水</t></r><rPh><t>shui</t></rPh></si><si/></sst>"
    styles = (f"<styleSheet {main}><numFmts><numFmt numFmtId='176' formatCode='yyyy\"年\"m\"月\";[h]:mm'/></numFmts>"
              "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='176'/></cellXfs></styleSheet>")
    book = f"<workbook {main} xmlns:r='{types}'><workbookPr date1904='1'/><sheets><sheet name='工单' state='visible' r:id='r1'/></sheets></workbook>"
    links = relationships % (to % ("r1", "worksheet", "worksheets/sheet1.xml") + to % ("r2", "sharedStrings", "/xl/s.xml") + to % ("r3", "styles", "../xl/styles.xml"))
    parts = {"_rels/.rels": relationships % (to % ("r1", "officeDocument", "xl/workbook.xml")),
             "xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": links,
             "xl/worksheets/sheet1.xml": sheet, "xl/s.xml": strings, "xl/styles.xml": styles}
    for method, name in ((zipfile.ZIP_STORED, "stored"), (zipfile.ZIP_DEFLATED, "deflated")):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for part, text in parts.items():
                archive.writestr(zipfile.ZipInfo(part, (2026, 1, 1, 0, 0, 0)), text, method)
        seed("decode_xlsx", "file_" + name, out.getvalue(), 0)
    for choice, text in ((1, sheet), (2, strings), (3, styles), (4, book), (5, links)):
        seed("decode_xlsx", f"part_{choice}", text, choice)
    seed("decode_xlsx", "path", "../../../etc/passwd", 5)


def dbf():
    fields = [("编号", "C", 6), ("N", "N", 8), ("D", "D", 8), ("L", "L", 1), ("I", "I", 4), ("B", "B", 8),
              ("Y", "Y", 8), ("T", "T", 8), ("M", "M", 4)]
    record = ("0007  ".encode() + b"    1.50" + b"20260131" + b"T" + struct.pack("<idqiiI", -2, 0.1, -123456, 2461072, 30600000, 0))
    header = struct.pack("<BBBBIHH", 0x30, 26, 1, 31, 3, 32 + 32 * len(fields) + 1, 1 + len(record)) + bytes(17) + b"\x7a\0\0"
    table = header + b"".join(
        name.encode("gbk").ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([width, 2]) + bytes(14)
        for name, kind, width in fields) + b"\r"
    whole = table + b" " + record + b"*" + record + b" " + record[:-4] + struct.pack("<I", 9) + b"\x1a"
    seed("decode_dbf", "foxpro", whole, 0)
    seed("decode_dbf", "torn", whole[:-20], 1)
    seed("decode_dbf", "dbase", bytes([3]) + whole[1:], 1)


def charsets():
    for choice, name in enumerate(["utf-8", "gbk", "gb18030", "big5", "utf-16-le", "utf-16-be", "cp1252", "big5hkscs"]):
        text = "Ab\\~é" if name == "cp1252" else "Ab\\~水管·" if "big5" not in name else "Ab\\~水管"
        seed("charset", name, text.encode(name), choice)
        seed("charset", name + "_pieces", text.encode(name) + b"\x81\xff", choice | 16)
    seed("charset", "gb18030_four", "𠀀龦".encode("gb18030") + b"\x81\x30\x81", 2)


def records():
    for path in sorted((ROOT / "schemas/examples").glob("*.json")):
        seed("record", path.stem, path.read_bytes())
    seed("record", "wrong_everywhere", '{"kind":"appeal","source":1,"version":-1,"title":"\\u0000","x":[[[]]]}')


def signatures():
    covered = '("@method" "@target-uri" "content-type" "content-digest")'
    seed("signature_fields", "whole",
         f'yht={covered};created=1600000000;keyid="00";alg="ed25519";tag="yht"\nyht=:AAAA:\nsha-256=:{"A" * 43}=:\n{{}}')
    seed("signature_fields", "flags", 'a=("@query-param";name="x" "date";req);created=1;tag="yht";nonce="\\"";expires=-1, b=(1.50 ?1 tok/en :YQ==:);c\na=:AA==:\nsha-512=:AA==:\n')


def wire():
    get = "GET /v1/tickets?source=a%20b HTTP/1.1\r\nHost: a.example\r\n\r\n"
    seed("http_wire", "two_gets", get + get, 4)
    seed("http_wire", "length", "POST /v1/records HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}" + get, 0)
    seed("http_wire", "chunks", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n" + get, 1)
    seed("http_wire", "smuggled", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1)
    seed("http_wire", "folded", "GET / HTTP/1.1\r\nHost: a\r\n b\r\nX : 1\r\n\r\n", 1)


def ledger():
    note = (ROOT / "tests/vectors/evidence/kept-6.note").read_bytes()
    seed("receipt", "note", note, 0)
    seed("receipt", "verifier_key", (ROOT / "tests/vectors/evidence/log.vkey").read_bytes().strip(), 2)
    evidence = sorted((ROOT / "tests/vectors/evidence").glob("*.evidence"))
    for path in evidence:
        seed("evidence", path.stem, path.read_bytes())
    # The first leaf of the first file: tag, length, payload_is, leaf_length, leaf (evidence.h).
    data, at = evidence[-1].read_bytes(), len("yht-evidence-1\n")
    while at < len(data):
        tag, length = data[at:at + 1], struct.unpack(">I", data[at + 1:at + 5])[0]
        if tag == b"L":
            leaf_length = struct.unpack(">H", data[at + 6:at + 8])[0]
            leaf = data[at + 8:at + 8 + leaf_length]
            seed("receipt", "leaf", leaf, 3)
            text = {"checkpoint": note.decode(), "format": "yht-receipt-1", "leaf": base64.b64encode(leaf).decode(),
                    "path": [base64.b64encode(bytes(32)).decode()], "salt": base64.b64encode(bytes(16)).decode(),
                    "seq": "1", "ticket_no": ""}
            seed("receipt", "receipt", jsonlib.dumps(text), 1)
            break
        at += 5 + length


for write in (csv, adapter, fixed_width, forms, json, xml, workbook, dbf, charsets, records, signatures, wire, ledger):
    write()
