// What each source says and how: its own members, codes and numbers. Written from the pages of the products alone
// (adapters/products/<product>/README.md); that the adapters take it is a test.
//   110       flat JSON, pinyin initials: 接警单, 接收确认, 反馈单            police110-push
//   12315     one call a step: acceptance, initial reply, feedback          market12315-steps
//   third     JSON in a SOAP string: a case, later the same one finished    soap-submit-third
//   exchange  rows of three tables of a shared database                     exchange-database
//   district  rows of a CSV in GBK                                          district-export-csv
//   workbook  rows of a spreadsheet, dates of three kinds                   hotline-xlsx-export
//   foxpro    rows of a DBF                                                 foxpro-hotline
//   grid      rows of an XML report in GB 18030                             district-grid-xml
//   board     threads of a web-petition board, replies in them              petition-board-pull
// Uses: case_book, message. Used by: trouble, the ways, main.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sources-sim/message.h"

namespace yht::sources_sim {

struct ShapeOptions {
    std::size_t cases = 3;
    bool finished = false;       // rows: every case has come to its end, not the odd ones alone
    std::uint64_t first_no = 1;  // so that a second run has numbers and times of its own
    std::int64_t skew_s = 0;     // the source's clock runs ahead by so much
    std::vector<std::string> tickets{};  // 12315: these tickets instead of numbers of its own
};

struct Shape {
    const char* name;    // on the command line
    const char* zh;
    const char* number;  // the member that holds the source's number
    const char* renamed; // what it is called after it was renamed
    std::vector<const char*> codes;  // members that hold codes
    bool gbk = false;    // what it writes is in GBK
    std::vector<Message> (*say)(const ShapeOptions& options);
    const char* extension = "";  // of the files that it leaves; "": it leaves none
    const char* stem = "";       // their names begin so
};

/// In the order of the list above.
std::span<const Shape> shapeTable();
const Shape* findShape(std::string_view name);

/// Every case's messages in the order in which they happen; tickets one after the other.
std::vector<Message> messagesOf110(const ShapeOptions& options);
std::vector<Message> messagesOf12315(const ShapeOptions& options);
std::vector<Message> messagesOfThird(const ShapeOptions& options);
std::vector<Message> messagesOfExchange(const ShapeOptions& options);
std::vector<Message> messagesOfDistrict(const ShapeOptions& options);
std::vector<Message> messagesOfWorkbook(const ShapeOptions& options);
std::vector<Message> messagesOfFoxpro(const ShapeOptions& options);
std::vector<Message> messagesOfGrid(const ShapeOptions& options);
std::vector<Message> messagesOfBoard(const ShapeOptions& options);

/// Decimal digits, with zeros before them.
std::string digits(std::uint64_t number, std::size_t width);
/// When the i-th case of these options began, in seconds after the book's own beginning.
std::int64_t beginningOf(const ShapeOptions& options, std::size_t i);

}  // namespace yht::sources_sim
