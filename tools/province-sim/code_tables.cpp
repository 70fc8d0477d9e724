#include "tools/province-sim/code_tables.h"

namespace yht::province_sim {

namespace {

/// Codes parted by single blanks, one blank at each end, so that a search for " code " can't match
/// a part.
struct CodeTable {
    std::string_view name;
    std::string_view codes;
};

constexpr CodeTable kTables[] = {
    {"XZ01",
     " 10 11 12 13 20 21 22 23 24 25 26 27 30 31 32 33 34 35 40 41 42 43 44 45"
     " 90 "},
    {"XZ02", " 01 02 03 04 05 06 07 99 "},
    {"XZ03", " 01 02 03 04 05 06 07 08 09 10 11 12 13 99 "},
    {"XZ04", " 11 12 13 14 15 16 17 18 19 99 "},
    {"XZ05", " 1 2 3 "},
    {"XZ06", " 1 2 3 9 "},
    {"XZ07", " 01 02 03 04 05 06 07 08 09 10 99 "},
    {"XZ08", " M F U "},
    {"XZ09", " 1 2 3 4 "},
    {"XZ10",
     " 01 02 03 04 05 06 10 11 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35"
     " 40 41 42 43 50 51 52 53 54 55 60 61 62 63 70 71 72 99 "},
    {"XZ11", " 1 2 3 "},
    {"XZ12", " A B C D E "},
    {"XZ13", " 1 2 3 9 "},
    {"XZ14", " M H D W "},
    {"XZ15", " 01 02 03 04 05 06 07 99 "},
    {"XZ16", " 1 2 3 4 5 9 "},
    {"XZ17", " 1 2 3 9 "},
    {"XZ18", " 1 2 3 4 5 6 7 9 "},
    {"XZ19", " 1 2 3 9 "},
    {"XZ20", " 5 4 3 2 1 0 "},
    {"XZ21", " 01 02 03 04 05 06 99 "},
    {"XZ22", " 1 2 3 4 5 6 7 9 "},
    {"XZ23", " 1 2 3 4 9 "},
    {"XZ24", " 1 2 3 4 5 9 "},
    {"XZ25", " 1 2 3 4 "},
    {"XZ26", " 1 2 3 4 9 "},
    {"XZ27", " 1 2 3 4 "},
    {"XZ28", " 1 2 3 4 "},
    {"XZ30",
     " HX430001 HX430101 HX430201 HX430301 HX430401 HX430501 HX430601 HX430701"
     " HX430801 HX430901 HX431001 HX431101 HX431201 HX431301 HX433101 "},
    {"SJLX", " SQ PD GC JG HF DB YQ FJ DH YN "},
    {"CZBS", " 1 2 "},
    {"BSFS", " 1 2 3 "},
};

}  // namespace

bool inCodeTable(std::string_view table, std::string_view code) {
    if (code.empty() || code.find(' ') != std::string_view::npos) return false;
    for (const CodeTable& row : kTables) {
        if (row.name != table) continue;
        for (std::size_t at = row.codes.find(code); at != std::string_view::npos;
             at = row.codes.find(code, at + 1))
            if (row.codes[at - 1] == ' ' && row.codes[at + code.size()] == ' ') return true;
        return false;
    }
    return false;
}

}  // namespace yht::province_sim
