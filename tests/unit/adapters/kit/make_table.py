#!/usr/bin/python3
"""Writes a table and its memo file with python3-dbf, which knows nothing of our decoder: make_table.py TYPE FOLDER

TYPE is vfp, fp (Visual FoxPro and FoxPro, .fpt) or db3 (dBase III, .dbt). FOLDER gets t.dbf and t.fpt or t.dbt.
"""
import sys
import warnings

warnings.simplefilter("ignore")  # the package's own, of its sources
import dbf  # noqa: E402

table = dbf.Table(sys.argv[2] + "/t.dbf", "NO C(8); NOTES M", dbf_type=sys.argv[1], codepage="cp936")
table.open(mode=dbf.READ_WRITE)
table.append(("A-1", "水管漏了,三天无人修。" * 30))
table.append(("A-2", ""))
table.append(("A-3", "短"))
table.close()
