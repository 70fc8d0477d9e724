#!/usr/bin/python3
"""Writes a workbook with openpyxl, which knows nothing of our decoder: make_workbook.py OUT"""
import datetime
import sys

import openpyxl

book = openpyxl.Workbook()
sheet = book.active
sheet.title = "工单"
sheet.merge_cells("A1:C1")
sheet["A1"] = "热线工单导出"
sheet.append(["12345工单编号", "受理时间", "内容"])
sheet.append(["430200201904180001", datetime.datetime(2019, 4, 18, 9, 30), "水管"])
sheet.append([7, "2019/4/18 9:30", "第一行\r\n第二行"])
sheet.append([None, None, None])
sheet.append([1.5, datetime.date(2019, 4, 18), True])
sheet.append(["f", None, "=1+1"])
book.create_sheet("空")
book.save(sys.argv[1])
