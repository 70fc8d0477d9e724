// The sections `file` and `table` of a profile. What makes a repeat safe is checked here: a name, or a key, that is the
// record's own.
#include <algorithm>

#include "adapters/kit/profile_loader.h"

namespace yht::kit {
namespace {

constexpr std::size_t kColumnsMax = 500;
constexpr std::size_t kNameBytesMax = 128;

/// Letters, digits and "_", not beginning with a digit: goes into SQL and XML as it is.
bool isIdentifier(const std::string& name) {
    return !name.empty() && name.size() <= 64 && (name[0] < '0' || name[0] > '9') &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
           });
}

bool isTableName(const std::string& name) {
    const auto dot = name.find('.');
    return dot == name.npos ? isIdentifier(name) : isIdentifier(name.substr(0, dot)) && isIdentifier(name.substr(dot + 1));
}

/// "varchar(20)", "timestamp".
bool isSqlType(const std::string& type) {
    return !type.empty() && type.size() <= 64 && std::all_of(type.begin(), type.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(" _(),").find(c) != std::string_view::npos;
    });
}

bool isDirectory(const std::string& path) {
    return path.size() > 1 && path.size() <= 512 && path.front() == '/' && path.back() != '/' &&
           path.find("//") == path.npos && path.find("/.") == path.npos;
}

/// Known words in braces, and what a file's name may hold.
bool isNameTemplate(std::string text, std::initializer_list<const char*> words) {
    for (const std::string word : words) {
        for (auto at = text.find(word); at != text.npos; at = text.find(word)) text.replace(at, word.size(), "x");
    }
    return !text.empty() && text.size() <= kNameBytesMax && text.front() != '.' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("._-").find(c) != std::string_view::npos;
           });
}

FileForm formOf(YamlMap& map, const char* fallback) {
    const std::string written = map.text("format", fallback);
    if (written == "json") return FileForm::Json;
    if (written == "xml") return FileForm::Xml;
    if (written != "csv") map.problem("format: csv, json or xml");
    return FileForm::Csv;
}

bool has(const std::vector<std::string>& list, const std::string& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
}

}  // namespace

StoreAnswerRules ProfileLoader::storeAnswer(YamlMap& map) {
    StoreAnswerRules rules;
    rules.code = map.text("code");
    rules.number = map.text("number", "");
    rules.accepted = codes(map, "accepted");
    rules.duplicate = codes(map, "duplicate");
    rules.refused = codes(map, "refused");
    if (!map.has("accepted")) map.problem("say which codes are accepted");
    return rules;
}

void ProfileLoader::checkColumns(YamlMap& map, const std::vector<std::string>& columns) {
    for (const auto& column : columns) {
        if (!isIdentifier(column)) map.problem("columns: " + column + ": letters, digits and _");
    }
    if (columns.empty() || columns.size() > kColumnsMax) map.problem("columns: 1 to 500 names");
    for (const auto& rules : profile_->kinds_) {
        if (!rules) continue;
        for (const auto& row : rules->mapping->rows()) {
            const bool whole = row.conversion == Conversion::List || row.conversion == Conversion::Map;
            if (whole) map.problem("row " + row.to + ": a list needs join to stand in a column");
            for (const auto& target : {row.to, row.into}) {
                if (!target.empty() && !has(columns, target)) map.problem("columns: " + target + " is written by a row, and not among them");
            }
        }
    }
}

void ProfileLoader::file(YamlMap map) {
    FileRules& rules = *profile_->file_;
    rules.directory = map.text("directory");
    rules.staging = map.text("staging");
    rules.name = map.text("name");
    rules.marker = map.text("marker", "");
    if (!isDirectory(rules.directory) || !isDirectory(rules.staging) || rules.directory == rules.staging)
        map.problem("directory and staging: two absolute paths of one file system; staging is ours alone");
    if (!isNameTemplate(rules.name, {"{seq}", "{batch_id}", "{type}"}))
        map.problem("name: letters, digits, \".\", \"_\", \"-\" and {seq}, {batch_id}, {type}");
    if (!rules.marker.empty() && (!isNameTemplate(rules.marker, {"{name}"}) || rules.marker.find("{name}") == std::string::npos || rules.marker == "{name}"))
        map.problem("marker: {name} and something beside it, \"{name}.ok\"");
    const bool single = profile_->transport_.batch_max == 1;
    const bool own = rules.name.find("{batch_id}") != std::string::npos || (single && rules.name.find("{seq}") != std::string::npos);
    if (!own) map.problem("name: {batch_id}, or {seq} with batch_max 1: a repeat has the same name, nothing else has");
    rules.form = formOf(map, "csv");
    rules.columns = map.texts("columns");
    rules.header = map.flag("header", true);
    const std::string line_end = map.text("line_end", "crlf");
    rules.crlf = line_end == "crlf";
    if (!rules.crlf && line_end != "lf") map.problem("line_end: crlf or lf");
    const std::string delimiter = map.text("delimiter", ",");
    if (delimiter == "tab") rules.delimiter = '\t';
    else if (delimiter.size() == 1 && delimiter != "\"") rules.delimiter = delimiter[0];
    else map.problem("delimiter: one character, or tab");
    rules.root = map.text("root", "Records");
    rules.item = map.text("item", "Record");
    if (!isIdentifier(rules.root) || !isIdentifier(rules.item)) map.problem("root and item: names of elements");
    if (rules.form == FileForm::Csv || map.has("columns")) checkColumns(map, rules.columns);
    if (map.has("answer")) fileAnswer(YamlMap(map.node("answer"), "file.answer", problems_));
    map.finish();
}

void ProfileLoader::fileAnswer(YamlMap map) {
    FileRules& rules = *profile_->file_;
    rules.has_answer = true;
    rules.answer_directory = map.text("directory");
    rules.answer_name = map.text("name");
    rules.answer_form = formOf(map, "csv");
    rules.answer_charset = map.text("charset", profile_->charset_name_.c_str());
    rules.answer = storeAnswer(map);
    if (!isDirectory(rules.answer_directory)) map.problem("directory: an absolute path");
    if (!isNameTemplate(rules.answer_name, {"{name}", "{stem}", "{seq}"}) || rules.answer_name.find('{') == std::string::npos)
        map.problem("name: with {name}, {stem} or {seq}");
    if (profile_->transport_.batch_max != 1 || rules.name.find("{seq}") == std::string::npos)
        map.problem("an answer file is about one record: batch_max 1, and {seq} in the file's name");
    map.finish();
}

void ProfileLoader::table(YamlMap map) {
    ExchangeTableRules& rules = *profile_->table_;
    rules.table = map.text("name");
    if (!isTableName(rules.table)) map.problem("name: letters, digits and _, a schema before it or not");
    rules.columns = map.texts("columns");
    rules.key = map.texts("key");
    checkColumns(map, rules.columns);
    if (rules.key.empty()) map.problem("key: the columns that make a row ours, its primary key");
    for (const auto& column : rules.key) {
        if (!has(rules.columns, column)) map.problem("key: " + column + " is not among the columns");
    }
    for (const auto& column : map.texts("integers")) {
        rules.integers.insert(column);
        if (!has(rules.columns, column)) map.problem("integers: " + column + " is not among the columns");
    }
    for (const auto& [column, type] : map.entries("casts")) {
        const std::string text = type.IsScalar() ? type.Scalar() : "";
        if (!has(rules.columns, column) || !isSqlType(text)) map.problem("casts: COLUMN: type");
        rules.casts[column] = text;
    }
    rules.charset = map.text("charset", "UTF-8");
    if (map.has("answer")) {
        YamlMap answer(map.node("answer"), "table.answer", problems_);
        rules.has_answer = true;
        rules.answer = storeAnswer(answer);
        const bool plain = isIdentifier(rules.answer.code) && (rules.answer.number.empty() || isIdentifier(rules.answer.number));
        if (!plain) answer.problem("code and number: names of columns");
        answer.finish();
    }
    map.finish();
}

}  // namespace yht::kit
