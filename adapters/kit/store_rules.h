// The sections `file` and `table` of a profile: far sides that are handed a file, or a row of an exchange table (前置库).
// How to write them: adapters/README.md. Nothing here opens anything.
// Uses: base. Used by: profile, kit/outward.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace yht::kit {

/// A set of codes: single ones and ranges of numbers ("5000-5999").
class CodeSet {
public:
    void add(const std::string& code_or_range);
    bool has(const std::string& code) const;

private:
    std::set<std::string> codes_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_;
};

/// What a code in an answer file or column means. A code in no list, and none at all: it waits.
struct StoreAnswerRules {
    std::string code, number;  // name of the member or column; number may be ""
    CodeSet accepted, duplicate, refused;
};

enum class FileForm : std::uint8_t { Csv, Json, Xml };

struct FileRules {
    std::string directory, staging;  // of one file system of the far side
    std::string name;                // template: {seq} {batch_id} {type}
    std::string marker;              // template with {name}; "" none
    FileForm form = FileForm::Csv;
    std::vector<std::string> columns;  // csv: in this order
    bool header = true, crlf = true;   // csv
    char delimiter = ',';
    std::string root = "Records", item = "Record";  // xml
    bool has_answer = false;
    std::string answer_directory, answer_name;  // template: {name} {stem} {seq}
    FileForm answer_form = FileForm::Csv;
    std::string answer_charset;
    StoreAnswerRules answer;
};

struct ExchangeTableRules {
    std::string table;
    std::vector<std::string> columns, key;       // targets of rows; key: what makes a row ours, once
    std::set<std::string> integers;              // bound as numbers
    std::map<std::string, std::string> casts;    // column → SQL type
    std::string charset;
    bool has_answer = false;
    StoreAnswerRules answer;
};

}  // namespace yht::kit
