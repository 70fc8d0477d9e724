#!/usr/bin/env python3
"""Writes the seeds of tests/fuzz/corpus that are best said in code: make_corpus.py

Run again, it writes the same bytes. Inputs that a fuzzer found stand beside them under the name of what they broke.
The records, the signed message and the evidence are this repository's own examples and vectors.
"""
import base64
import hashlib
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


def soap_answer():
    envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>'
    result = "<Result><No>17</No><Number>P1</Number><Code>%s</Code>%s</Result>"
    answer = '<SendResponse xmlns="urn:a"><Code>OK</Code><Batch>b1</Batch>%s</SendResponse>'
    field = "<Field><Name>Title</Name><Code>3</Code></Field>"
    seed("soap_answer", "accepted", envelope % answer % (result % ("0", "")), 0)
    seed("soap_answer", "refused_with_fields", envelope % answer % (result % ("3", field * 2)), 0)
    seed("soap_answer", "twice_of_one", envelope % answer % (result % ("0", "") * 2), 0)
    seed("soap_answer", "unsigned", envelope % answer % (result % ("0", "")), 1)
    fault = "<s:Fault><faultcode>s:%s</faultcode><detail><F><Code>%s</Code><Wait>7</Wait>" + field + "</F></detail></s:Fault>"
    seed("soap_answer", "fault_refuse", envelope % (fault % ("Client", "2")), 2)
    seed("soap_answer", "fault_stop", envelope % (fault % ("Client", "99")), 2)
    seed("soap_answer", "fault_of_a_question", envelope % (fault % ("Client", "2")), 6)
    seed("soap_answer", "fault_unsigned_retry", envelope % (fault % ("Server.Busy", "99")), 3)
    twelve = envelope.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
    seed("soap_answer", "fault_soap12", twelve % (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>x:Busy</s:Value></s:Subcode></s:Code>"
        "<s:Detail><F><Code>9</Code></F></s:Detail></s:Fault>"), 2)


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
    seed("decode_fixed_width", "character_over_two_fields", b"000\xcb\xaebcdef 123\n", 0)
    seed("decode_fixed_width", "records_with_a_rest", "0007abcdefxy1230008gh", 3)
    seed("decode_fixed_width", "longer_than_its_line", "0007abcdef  456789\n0008abcdef  456\n", 1)
    seed("decode_fixed_width", "byte_order_mark_and_no_end", b"\xef\xbb\xbf0007abcdef  456", 1)


def forms():
    seed("decode_form", "utf8", "JJDBH=007&a=%E6%B0%B4+5%25&a=2&b", 0)
    seed("decode_form", "gbk", "a=%CB%AE&b=%FF", 1)
    seed("decode_form", "broken_escape", "a=%4&b=%zz", 0)
    seed("decode_form", "nothing_between", "&&a&=&=b&a=&", 0)
    seed("decode_form", "escaped_names_that_are_one", "a%5B%5D=1&a[]=2&%61[]=3", 0)
    seed("decode_form", "escapes_of_half_a_character", "a=%E6%B0&b=%B4&c=%00%0a", 0)
    seed("decode_form", "more_fields_than_are_taken", "&".join(f"f{i}={i}" for i in range(120)), 0)
    head = "--B\r\nContent-Disposition: form-data; name="
    seed("decode_multipart", "fields_and_file",
         head + '"a"\r\n\r\n水\r\n' + head + 'f; filename="C:\\x\\"y.jpg"; filename*=UTF-8\'\'%E6%B0%B4\r\n'
         "Content-Type: image/jpeg\r\n\r\n\0\r\n--\r\n--B--\r\n", 0)
    seed("decode_multipart", "csv_inside", (head + "file; filename=a.csv\r\n\r\na,b\n水,2\n\r\n--B--").encode("gbk"), 3)
    seed("decode_multipart", "torn", head + "a\r\n\r\n1\r\n", 0)
    seed("decode_multipart", "boundary_inside_a_file", head + "f; filename=a\r\n\r\n\r\n--BB\r\n-- B\r\n--B--\r\n", 0)
    for size in (70, 71):
        line = "--" + "b" * size
        seed("decode_multipart", f"boundary_of_{size}", f"{line}\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n{line}--\r\n", 0)
    seed("decode_multipart", "names_twice_and_missing", (head + "a\r\n\r\n1\r\n") * 2 + "--B\r\nContent-Disposition: form-data\r\n\r\n2\r\n--B--", 0)
    seed("decode_multipart", "header_lines_without_end", head + "a" + "\r\nX: 1" * 17 + "\r\n\r\n1\r\n--B--", 0)
    seed("decode_multipart", "line_feeds_alone", (head + "a\r\n\r\n1\r\n--B--").replace("\r\n", "\n"), 0)


def json():
    seed("decode_json", "object", '{"a":"水","n":430200201904180001,"f":[true,null,1.5e3],"files":"x"}', 0)
    seed("decode_json", "rows", '{"code":"200","data":{"rows":[{"a":1},{"a":2,"a":3},7]}}', 1)
    seed("decode_json", "lines", '{"a":1}\n\n{"a":\n{"b":2}\n', 2)
    seed("decode_json", "absent", '{"data":null}', 5)
    seed("decode_json", "deep_where_it_is_passed_over", '{"x":' + "[" * 1100 + "]" * 1100 + ',"data":{"rows":[1]}}', 1)
    seed("decode_json", "names_twice_by_escape", '[{"a":1,"\\u0061":2},{"b":1}]', 0)
    seed("decode_json", "surrogates_torn_and_whole", '["\\ud83d","\\ude00","\\ud83d\\ude00","\\u0000"]', 0)
    seed("decode_json", "numbers_at_their_edges", '[9007199254740993,-0,1e400,1E-400,0.10,123456789012345678901234567890]', 0)
    seed("decode_json", "two_documents", '{"a":1}{"a":2}', 0)
    seed("decode_json", "bytes_that_are_no_text", b'[{"a":"\xff"},{"a":"\xed\xa0\x80"},{"b":1}]', 0)


def xml():
    rows = "<s:E xmlns:s='urn:s'><s:Body><Row a='1'>x<b/>y<!-- c --></Row><Row><files><file>1</file></files></Row></s:Body></s:E>"
    for choice in range(4):
        seed("decode_xml", f"rows_{choice}", rows, choice)
    cells = "<g><Row no='1'><cell name='x'>1</cell><cell name='x'/><cell name='y' k='2'>z</cell><cell>w</cell></Row><Row/></g>"
    seed("decode_xml", "cells", cells, 18)
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
    text = "水管".encode("gbk")
    foxpro = bytes(6) + struct.pack(">H", 64) + bytes(504) + struct.pack(">II", 1, len(text)) + text
    dbase4 = bytes(20) + struct.pack("<H", 512) + bytes(490) + b"\xff\xff\x08\0" + struct.pack("<I", 8 + len(text)) + text
    seed("decode_dbf", "memo_foxpro", foxpro, 2)
    seed("decode_dbf", "memo_dbase3", bytes(512) + text + b"\x1a", 2 | 4)
    seed("decode_dbf", "memo_dbase4", dbase4, 2 | 8)
    with_memo = table + (b" " + record[:-4] + struct.pack("<I", 8)) * 3
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (("t.dbf", with_memo), ("t.fpt", foxpro)):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    seed("decode_dbf", "archive", out.getvalue(), 0)


def manifests():
    """The adapters of this repository, each as source "s" of product "p"."""
    mapping = "records: {a: {kind: appeal, rows: {record_ref: NO, event_time: TIME}}}\n"
    for path in sorted((ROOT / "adapters/sources").iterdir()):
        source = (path / "source.yaml").read_text()
        product = next(line.split()[1] for line in source.splitlines() if line.startswith("product:"))
        lines = ["id: s" if line.startswith("id:") else "product: p" if line.startswith("product:") else line for line in source.splitlines()]
        whole = (ROOT / "adapters/products" / product / "product.yaml").read_text().replace("product: " + product, "product: p")
        seed("manifest", path.name, "\n----\n".join(["\n".join(lines), whole, mapping]))
    seed("manifest", "patched_away", "\n----\n".join(["id: s\ntitle: s\nproduct: p\npull: {sftp: null, folder: {directory: /d}}\n",
        'product: p\nproduct_title: p\nproduct_version: "1"\ndecode: {format: json}\nassurance_min: allow_list\npull: {every_s: 5, sftp: {host: h}}\n', mapping]))
    seed("manifest", "wrong_keys", "id: s\ntitel: s\nproduct: p\npull: {htp: 1}\n\n----\nproduct: p\ndecode: 7\nendpoints: [x]\n\n----\nrecords: 1\n")


def pulls():
    rows = '{"code":"200","next":"%s","data":{"list":[{"id":"7","at":"2019-04-18 10:21:00"},{"id":"8","at":"2019-04-18 10:22:00.5"}]}}'
    seed("pull_pages", "times", '{"at":"2019-04-18 10:00:00","tie":"3"}\n----\n' + rows % "", 2 | 16 | 32 | 64)
    seed("pull_pages", "ascending", "\n----\n" + rows % "", 2 | 16 | 32 | 64 | 128)
    seed("pull_pages", "sequence", '{"at":"5","page":"3","seen":"6"}\n----\n{"data":{"list":[{"at":7},{"at":"0009"},{"at":-1},{"at":[]}]}}', 4 | 16)
    seed("pull_pages", "epoch", '{"at":"1546272000000"}\n----\n{"data":{"list":[{"at":1555551000000}]}}', 2 | 16 | 32)
    for name, link in (("link", "/api/list?page=2"), ("link_elsewhere", "https://other.example/"), ("link_user", "https://board.example:8443@x/"), ("token", "a b")):
        seed("pull_pages", name, "\n----\n" + rows % link, 6)
    seed("pull_pages", "html", "\n----\n<html>busy</html>", 0)
    seed("pull_pages", "empty", '{"at":"9"}\n----\n{"data":{"list":[]}}', 8 | 2 | 16)

    def offer(*lists):
        return b"\x14" + b"c" * 16 + b"".join(struct.pack(">I", len(text)) + text.encode() for text in lists)
    seed("far_side_lists", "offer", offer("curve25519-sha256", "rsa-sha2-512,rsa-sha2-256", "aes128-ctr"), 0)
    seed("far_side_lists", "offer_cut", offer("curve25519-sha256", "ssh-ed25519")[:-3], 0)
    seed("far_side_lists", "offer_empty_names", offer("", ",,"), 0)
    seed("far_side_lists", "listing", "total 8\r\ndrwxr-xr-x 2 0 0 4096 Apr 18 10:21 done\r\n-rw-r--r--    1 1001  1001   31337 Apr 18 10:21 b  2.csv\r\n-rw-r--r-- 1 u g 0 Apr 8 2018 a/b\n", 1)
    seed("far_side_lists", "listing_dos", "04-18-19  10:21AM  31337 b.csv\r\n", 1)


def answers():
    listed = '{"head":{"code":"0","wait":"30"},"data":[{"seq":"17","code":"200","no":"P-1","ticket":"430200-20190418-0000123-7"},{"seq":"18","code":"211"},{"seq":"19","code":5001,"errors":[{"name":"BT","code":"x\\n"}]}]}'
    single = '{"code":"200","data":{"no":"GD-1"},"receipt":{"sign":"AAAA","alg":"ES256","batch":"b1"}}'
    envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><X><R>%s</R></X></s:Body></s:Envelope>'
    seed("far_side_answer", "listed", listed, 0)
    seed("far_side_answer", "listed_busy", '{"head":{"code":"9","wait":"Wed, 21 Oct 2026 07:28:00 GMT"}}', 0)
    seed("far_side_answer", "retry_after", "120\n\n{}", 16)
    seed("far_side_answer", "single", single, 1)
    seed("far_side_answer", "soap", envelope % single, 2)
    seed("far_side_answer", "soap_fault", envelope.replace("X>", "s:Fault>") % "no", 2)
    seed("far_side_answer", "receipt", single, 3)
    seed("far_side_answer", "file_csv", "code,no\r\n1,\"水\"\r\n".encode("gbk"), 4)
    seed("far_side_answer", "file_json", '{"code":"1","no":"7"}', 5)
    seed("far_side_answer", "file_xml", "<a><code>1</code><no/></a>", 6)


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
    rules = ';created=1600000000;keyid="00";alg="ed25519";tag="yht"'
    zeros = f"sha-256=:{'A' * 43}=:"

    def fields(name, input_field, signature="yht=:AAAA:", digest=zeros, body="{}"):
        seed("signature_fields", name, f"{input_field}\n{signature}\n{digest}\n{body}")
    fields("whole", f"yht={covered}{rules}")
    fields("flags", 'a=("@query-param";name="x" "date";req);created=1;tag="yht";nonce="\\"";expires=-1, b=(1.50 ?1 tok/en :YQ==:);c',
           "a=:AA==:", "sha-512=:AA==:", "")
    fields("every_derived_component", 'yht=("@method" "@target-uri" "@authority" "@scheme" "@request-target" "@path" "@query" '
           f'"@query-param";name="x"){rules};expires=1600000300;nonce="n"')
    fields("status_of_a_request", f'yht=("@status" "@method";req){rules}')
    fields("component_twice", f'yht=("@method" "content-type" "@method"){rules}')
    fields("two_with_our_tag", f"yht={covered}{rules}, b={covered}{rules}", "yht=:AAAA:, b=:AAAA:")
    fields("ours_behind_a_strangers", f'sig1=("@method");tag="other", yht={covered}{rules}', "sig1=:AA==:, yht=:AAAA:")
    fields("signature_under_another_label", f"yht={covered}{rules}", "sig1=:AAAA:")
    fields("base64_without_padding", f"yht={covered}{rules}", "yht=:AAA:", f"sha-256=:{'A' * 43}:")
    fields("both_digests_fit", f"yht={covered}{rules}", "yht=:AAAA:", ", ".join(
        f"{name}=:{base64.b64encode(hashlib.new(name.replace('-', ''), b'{}').digest()).decode()}:" for name in ("sha-256", "sha-512")))
    fields("numbers_at_their_edges", "a=999999999999999, b=-999999999999.999, c=-0, d=-0.0, e=1.500, f=00.10", "a=1000000000000000", "a=1.2345")
    fields("strings_escaped_and_torn", 'a="\\"\\\\", b="";c="~ "', 'a="\\n"', 'a="')
    fields("as_many_as_are_taken", ", ".join(f"m{i}" + "".join(f";p{j}" for j in range(16)) for i in range(16)),
           "a=(" + " ".join(str(i) for i in range(32)) + ")", "k" * 64 + "=1")
    fields("one_more_than_is_taken", ", ".join(f"m{i}" for i in range(17)), "a=(" + " ".join(str(i) for i in range(33)) + ")",
           "a" + "".join(f";p{i}" for i in range(17)))
    fields("longer_than_a_field_may_be", f"yht={covered}{rules};nonce=\"{'n' * 8192}\"")
    fields("twice_and_open_ended", "a=1, a=2", "a;b;b=1", "a=1, ")


def wire():
    get = "GET /v1/tickets?source=a%20b HTTP/1.1\r\nHost: a.example\r\n\r\n"

    def request(name, line, fields=(), body="", choice=1):
        seed("http_wire", name, line + "\r\n" + "".join(f"{each}\r\n" for each in ("Host: a", *fields)) + "\r\n" + body, choice)
    seed("http_wire", "two_gets", get + get, 4)
    request("length", "POST /v1/records HTTP/1.1", ["Content-Length: 2", "Expect: 100-continue"], "{}" + get, 0)
    request("chunks", "POST / HTTP/1.1", ["Transfer-Encoding: chunked"], "3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n" + get)
    request("smuggled", "POST / HTTP/1.1", ["Content-Length: 4", "Transfer-Encoding: chunked"], "0\r\n\r\n")
    seed("http_wire", "folded", "GET / HTTP/1.1\r\nHost: a\r\n b\r\nX : 1\r\n\r\n", 1)
    request("smuggled_by_two_lengths", "POST / HTTP/1.1", ["Content-Length: 2", f"Content-Length: {len(get)}"], get)
    request("smuggled_behind_a_gzip", "POST / HTTP/1.1", ["Transfer-Encoding: gzip, chunked"], "0\r\n\r\n" + get)
    request("length_with_a_sign", "POST / HTTP/1.1", ["Content-Length: +2"], "{}")
    request("length_beyond_64_bits", "POST / HTTP/1.1", ["Content-Length: 18446744073709551618"], "{}")
    request("chunks_a_byte_at_a_time", "POST / HTTP/1.1", ["Transfer-Encoding: Chunked"],
            " a \r\n0123456789\r\n00000001;" + "x" * 200 + "\r\n!\r\n0\r\n\r\n" + get, 0)
    request("chunk_beyond_32_bits", "POST / HTTP/1.1", ["Transfer-Encoding: chunked"], "fffffffff\r\nabc\r\n0\r\n\r\n")
    request("chunk_longer_than_it_says", "POST / HTTP/1.1", ["Transfer-Encoding: chunked"], "2\r\nabc\r\n0\r\n\r\n" + get)
    request("chunks_beyond_the_body", "POST / HTTP/1.1", ["Transfer-Encoding: chunked"], ("3000\r\n" + "x" * 0x3000 + "\r\n") * 3 + "0\r\n\r\n", 255)
    request("trailer_too_long", "POST / HTTP/1.1", ["Transfer-Encoding: chunked"], "0\r\n" + f"T: {'t' * 1000}\r\n" * 9 + "\r\n" + get, 255)
    request("as_many_fields_as_are_taken", "GET / HTTP/1.1", [f"X{i}: {i}" for i in range(99)], get)
    request("one_field_too_many", "GET / HTTP/1.1", [f"X{i}: {i}" for i in range(100)])
    request("target_a_byte_too_long", "GET /" + "a" * 4096 + " HTTP/1.1")
    request("target_of_a_proxy", "GET https://a/v1/codes/channel HTTP/1.1")
    seed("http_wire", "line_feeds_alone", "GET / HTTP/1.1\nHost: a\n\n" + get, 1)
    seed("http_wire", "http_1_0_kept_alive", "\r\nGET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n\r\nPOST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 1)
    request("bytes_that_no_field_holds", "GET /%zz?%e6%b0 HTTP/1.1", ["X: \xe6\xb0\xb4", "Y: a\0b"])
    seed("http_wire", "cut_in_the_body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{", 1)


# The log whose key receipt_fuzz.cpp has: its notes are looked at as far as the signature, which is nobody's.
LOG_NAME = "log.example"
LOG_KEY = bytes.fromhex("8320a51977d8c38ca8a4927c670df5821e449761945e15e9efb26a1509d230ea")


def signature_line(name, signature, key=LOG_KEY):
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
    return f"\u2014 {name} {base64.b64encode(key_id + signature).decode()}\n"


def note_of(size, root, *lines):
    return f"log.example/430200/1\n{size}\n{base64.b64encode(root).decode()}\n\n" + "".join(lines)


FORGED = signature_line(LOG_NAME, bytes(64))


def notes(kept):
    root = hashlib.sha256(b"root").digest()
    seed("receipt", "note", kept, 0)
    seed("receipt", "note_signature_forged", note_of(6, root, FORGED), 0)
    seed("receipt", "note_signature_cut", note_of(6, root, signature_line(LOG_NAME, bytes(63))), 0)
    seed("receipt", "note_witnessed", note_of(6, root, signature_line("witness.example", bytes(72), b"w" * 32), FORGED), 0)
    seed("receipt", "note_17_signatures", note_of(6, root, FORGED * 17), 0)
    seed("receipt", "note_size_beyond_64_bits", note_of(2**64, root, FORGED), 0)
    seed("receipt", "note_size_with_a_zero_before", note_of("06", root, FORGED), 0)
    seed("receipt", "note_root_short", note_of(6, root[:31], FORGED), 0)
    seed("receipt", "note_of_four_lines", note_of(6, root, FORGED).replace("\n\n", "\nmore\n\n"), 0)
    seed("receipt", "note_carriage_returns", note_of(6, root, FORGED).replace("\n", "\r\n"), 0)


def verifier_keys(kept):
    name, key_id, key = kept.split("+", 2)
    seed("receipt", "verifier_key", kept, 2)
    seed("receipt", "verifier_key_id_of_another", f"{name}+00000000+{key}", 2)
    seed("receipt", "verifier_key_of_another_type", f"{name}+{key_id}+{base64.b64encode(bytes([2]) + LOG_KEY).decode()}", 2)


def receipts(note, leaf):
    path_hash = base64.b64encode(bytes(32)).decode()

    def receipt(name, **members):
        text = {"checkpoint": note, "format": "yht-receipt-1", "leaf": base64.b64encode(leaf).decode(), "path": [path_hash],
                "salt": base64.b64encode(bytes(16)).decode(), "seq": "1", "ticket_no": ""} | members
        seed("receipt", name, jsonlib.dumps(text), 1)
    forged = note_of(6, hashlib.sha256(b"root").digest(), FORGED)
    receipt("receipt")
    receipt("receipt_signature_forged", checkpoint=forged)
    receipt("receipt_of_another_entry", checkpoint=forged, seq="2")
    receipt("receipt_path_of_64", checkpoint=forged, path=[path_hash] * 64)
    receipt("receipt_path_of_65", path=[path_hash] * 65)
    receipt("receipt_seq_with_a_zero_before", seq="01")
    receipt("receipt_member_too_many", more="1")
    receipt("receipt_leaf_longer_than_any", leaf=base64.b64encode(leaf + bytes(400)).decode())
    receipt("receipt_longer_than_any", ticket_no="9" * (32 << 10))


def leaves(leaf):
    header, commitment = leaf[:-32], leaf[-32:]
    texts = lambda *each: b"".join(bytes([len(text)]) + text for text in each)
    seed("receipt", "leaf", leaf, 3)
    seed("receipt", "leaf_of_two_digests", header[:4] + b"\2" + header[5:] + commitment * 2, 3)
    seed("receipt", "leaf_of_two_digests_and_one", header[:4] + b"\2" + header[5:] + commitment, 3)
    seed("receipt", "leaf_of_an_unknown_digest", header[:4] + b"\3" + header[5:] + commitment, 3)
    seed("receipt", "leaf_texts_of_64", leaf[:77] + texts(*[b"x" * 64] * 4) + commitment, 3)
    seed("receipt", "leaf_text_of_65", leaf[:77] + texts(b"x" * 65, b"", b"", b"") + commitment, 3)
    seed("receipt", "leaf_with_a_tail", leaf + b"\0", 3)
    seed("receipt", "leaf_numbered_0", leaf[:5] + bytes(8) + leaf[13:], 3)


def ledger():
    note = (ROOT / "tests/vectors/evidence/kept-6.note").read_bytes()
    notes(note.decode())
    verifier_keys((ROOT / "tests/vectors/evidence/log.vkey").read_text().strip())
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
            receipts(note.decode(), leaf)
            leaves(leaf)
            break
        at += 5 + length


SOAP_XML = "text/xml; charset=utf-8\n"
SOAP_MTOM = 'multipart/related; type="application/xop+xml"; start="<root>"; start-info="text/xml"; boundary="b-1"\n'
SOAP_CALLS = {
    "submit_record": "<SubmitRecord xmlns='urn:yihaotong:v1'><record><appeal><source>zz-110</source><record_ref>A-1</record_ref>"
                     "<other_refs>zz-110/1</other_refs><other_refs>zz-12345/2</other_refs>"
                     "<event_time>2026-12-01T20:59:00+08:00</event_time><ext><entry name='名称'> 值 &lt;&amp;&gt;&#13;</entry></ext>"
                     "<attachment_digests>" + "a" * 64 + "</attachment_digests><is_secret> 0 </is_secret></appeal></record>"
                     "<record><call><source>zz-110</source><record_ref>C-1</record_ref><op>void</op></call></record></SubmitRecord>",
    "submit_message": "<SubmitMessage xmlns='urn:yihaotong:v1'><source>zz-110</source><content>YWJj</content></SubmitMessage>",
    "get_ticket": "<GetTicket xmlns='urn:yihaotong:v1'><source>a</source><ticket_ref> 1 </ticket_ref></GetTicket>",
    "get_changes": "<GetChanges xmlns='urn:yihaotong:v1'><limit>10</limit></GetChanges>",
    "get_codes": "<GetCodes xmlns='urn:yihaotong:v1'><list>路灯</list></GetCodes>",
}
SOAP_UPLOAD = ("<UploadAttachment xmlns='urn:yihaotong:v1'><sha256>" + "0" * 64 + "</sha256><size_bytes>4</size_bytes>"
               "<media_type>image/png</media_type><content><xop:Include xmlns:xop='http://www.w3.org/2004/08/xop/include' "
               "href='cid:photo%40x'/></content></UploadAttachment>")


def soap_envelope(body, charset="UTF-8", space="http://schemas.xmlsoap.org/soap/envelope/"):
    return f"<?xml version='1.0' encoding='{charset}'?><s:Envelope xmlns:s='{space}'><s:Header/><s:Body>{body}</s:Body></s:Envelope>"


def soap_parts(*parts):
    text = b""
    for head, content in parts:
        text += b"--b-1\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return text + b"--b-1--\r\n"


def soap():
    accepted = (ROOT / "tests/vectors/soap/accepted-soap11-ec.xml").read_bytes()
    for name, call in SOAP_CALLS.items():
        seed("soap_door", name, SOAP_XML + soap_envelope(call))
    seed("soap_door", "soap12", "application/soap+xml; action=x\n" + soap_envelope(SOAP_CALLS["get_codes"], space="http://www.w3.org/2003/05/soap-envelope"))
    for charset, codec in (("GBK", "gbk"), ("GB18030", "gb18030"), ("UTF-16", "utf-16")):
        seed("soap_door", codec, b"text/xml\n" + soap_envelope(SOAP_CALLS["get_codes"], charset).encode(codec))
    root = "Content-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-ID: <root>"
    photo = "Content-Type: image/png\r\nContent-ID: <photo@x>\r\nContent-Transfer-Encoding: binary"
    upload = soap_envelope(SOAP_UPLOAD).encode()
    seed("soap_door", "mtom", SOAP_MTOM.encode() + soap_parts((root, upload), (photo, b"\x89PNG")))
    seed("soap_door", "mtom_signed", SOAP_MTOM.encode() + soap_parts((root, accepted)))
    seed("soap_parts", "two", SOAP_MTOM.encode() + soap_parts((root, b"<a/>"), (photo, b"\r\n--b-\r\n--b-2\r")))
    seed("soap_parts", "three", SOAP_MTOM.encode() + soap_parts((root, b"<a/>"), (photo, b"x"), (photo, b"y")))
    seed("soap_parts", "preamble", SOAP_MTOM.encode() + b"before\r\n" + soap_parts((root, b"")) + b"after")
    seed("soap_parts", "no_head", SOAP_MTOM.encode() + soap_parts(("", b"<a/>"), ("x", b"y")))
    seed("soap_parts", "base64", SOAP_MTOM.encode() + soap_parts((root, b"<a/>"), ("Content-Transfer-Encoding: base64", b"eQ==")))
    seed("soap_parts", "long_head", SOAP_MTOM.encode() + soap_parts(("X: " + "y" * 4200, b"<a/>")))
    seed("soap_parts", "long_envelope", SOAP_MTOM.encode() + soap_parts((root, b"x" * 2001)))
    seed("soap_parts", "torn", SOAP_MTOM.encode() + soap_parts((root, b"<a/>"), (photo, b"x"))[:-8])


for write in (csv, soap_answer, adapter, fixed_width, forms, json, xml, workbook, dbf, manifests, pulls, answers, charsets, records, signatures, wire, ledger, soap):
    write()
