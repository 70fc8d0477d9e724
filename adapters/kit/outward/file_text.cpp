#include "adapters/kit/outward/file_text.h"

#include "adapters/kit/charset_encode.h"
#include "adapters/kit/decode_rules.h"
#include "adapters/kit/escaped_text.h"
#include "adapters/kit/path.h"

namespace yht::kit {
namespace {

const std::string* valueOf(const StoreRecord& record, const std::string& name) {
    for (const auto& [key, value] : record.values) {
        if (key == name) return &value;
    }
    return nullptr;
}

/// Always quoted where quoting could matter: a delimiter, a quote, a line end, white space at an end.
void appendCell(std::string& out, const std::string& text, char delimiter) {
    const bool plain = text.find_first_of(std::string("\"\r\n") + delimiter) == text.npos &&
                       (text.empty() || (text.front() != ' ' && text.back() != ' '));
    if (plain) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    out += '"';
}

std::string csvText(const FileRules& rules, const std::vector<StoreRecord>& records) {
    const char* line_end = rules.crlf ? "\r\n" : "\n";
    std::string text;
    const auto line = [&](auto cell) {
        for (std::size_t i = 0; i < rules.columns.size(); ++i) {
            if (i > 0) text += rules.delimiter;
            appendCell(text, cell(rules.columns[i]), rules.delimiter);
        }
        text += line_end;
    };
    if (rules.header) line([](const std::string& name) { return name; });
    for (const auto& record : records) {
        line([&](const std::string& name) {
            const auto* value = valueOf(record, name);
            return value == nullptr ? std::string() : *value;
        });
    }
    return text;
}

std::string jsonText(const std::vector<StoreRecord>& records) {
    std::string text;
    for (const auto& record : records) text += (text.empty() ? "[" : ",") + record.json;
    return text + "]";
}

std::string xmlText(const FileRules& rules, const std::string& charset, const std::vector<StoreRecord>& records) {
    std::string text = "<?xml version=\"1.0\" encoding=\"" + charset + "\"?>\n<" + rules.root + ">\n";
    for (const auto& record : records) {
        text += "<" + rules.item + ">";
        for (const auto& [name, value] : record.values) {
            text += "<" + name + ">" + escaped(value, Escape::Xml) + "</" + name + ">";
        }
        text += "</" + rules.item + ">\n";
    }
    return text + "</" + rules.root + ">\n";
}

base::Error invalid(const char* detail) { return base::makeError(base::ErrorCode::PeerAnswerInvalid, detail); }

std::string textAtPath(const ItemValue& item, const std::string& path) {
    const auto parsed = Path::parse(path);
    const ItemValue* found = parsed ? parsed->findOne(item) : nullptr;
    return found != nullptr && found->isScalar() ? found->text() : std::string();
}

}  // namespace

base::Result<std::string> fileText(
    const FileRules& rules, const std::string& charset, const std::vector<StoreRecord>& records
) {
    std::string text;
    switch (rules.form) {
        case FileForm::Csv: text = csvText(rules, records); break;
        case FileForm::Json: text = jsonText(records); break;
        case FileForm::Xml: text = xmlText(rules, charset, records); break;
    }
    auto encoded = encodeCharset(text, charset);
    if (!encoded) return base::makeError(base::ErrorCode::ProfileInvalid, encoded.error().detail);
    return encoded;
}

base::Result<FileAnswer> readFileAnswer(const FileRules& rules, std::string_view bytes) {
    DecodeRules decode;
    decode.format = rules.answer_form == FileForm::Csv    ? Format::Csv
                    : rules.answer_form == FileForm::Json ? Format::Json
                                                          : Format::Xml;
    decode.charset = rules.answer_charset;
    auto decoder = makeDecoder(decode);
    if (!decoder) return invalid("the answer file can't be read");
    std::vector<ItemValue> items;
    bool failed = false;
    const auto read = (*decoder)->decode(bytes, [&](DecodedItem&& item) {
        failed = failed || item.failure;
        items.push_back(std::move(item.value));
        return items.size() < 2;
    });
    if (!read || failed || items.size() != 1) return invalid("the answer file holds no single entry");
    FileAnswer answer;
    answer.code = textAtPath(items.front(), rules.answer.code);
    if (!rules.answer.number.empty()) answer.number = textAtPath(items.front(), rules.answer.number);
    if (answer.code.empty()) return invalid("the answer file has no code");
    return answer;
}

std::string filledName(std::string name, const std::vector<std::pair<std::string, std::string>>& words) {
    for (const auto& [word, value] : words) {
        for (auto at = name.find(word); at != name.npos; at = name.find(word, at + value.size())) {
            name.replace(at, word.size(), value);
        }
    }
    return name;
}

}  // namespace yht::kit
