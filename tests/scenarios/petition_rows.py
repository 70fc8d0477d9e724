"""What the petitions' workbook says, read by nothing of ours: a line a row, its number, when it was posted and when it was answered."""
import re
import sys
import zipfile
from datetime import datetime, timedelta
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def text(element):
    return "".join(part.text or "" for part in element.iter(MAIN + "t"))


def rows(path):
    with zipfile.ZipFile(path) as workbook:
        names = workbook.namelist()
        shared = []
        if "xl/sharedStrings.xml" in names:
            shared = [text(entry) for entry in ElementTree.fromstring(workbook.read("xl/sharedStrings.xml"))]
        sheet = ElementTree.fromstring(workbook.read("xl/worksheets/sheet1.xml"))
    for row in sheet.iter(MAIN + "row"):
        cells = {}
        for cell in row.findall(MAIN + "c"):
            value = cell.find(MAIN + "v")
            column = re.match("[A-Z]+", cell.get("r")).group()
            if cell.get("t") == "inlineStr":
                cells[column] = text(cell)
            elif value is not None:
                cells[column] = shared[int(value.text)] if cell.get("t") == "s" else value.text
        yield cells


def instant(written):
    """A cell of this column is a text, or a date: days since 1899-12-30."""
    written = written.strip()
    if re.fullmatch(r"[0-9.]+", written):
        seconds = round(float(written) * 86400)
        moment = datetime(1899, 12, 30) + timedelta(seconds=seconds)
    else:
        parts = [int(part) for part in re.split("[-/ :]", written)]
        moment = datetime(*parts)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+08:00")


header, *petitions = rows(sys.argv[1])
columns = {name: column for column, name in header.items()}
for row in petitions:
    print(row[columns["留言编号"]].strip(), instant(row[columns["留言时间"]]), instant(row[columns["答复时间"]]))
