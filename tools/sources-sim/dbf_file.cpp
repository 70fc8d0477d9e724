#include "tools/sources-sim/dbf_file.h"

#include <ctime>

#include "tools/sources-sim/charset.h"

namespace yht::sources_sim {
namespace {

constexpr std::uint8_t kFoxpro = 0x30, kGbkMark = 0x7A, kHeaderEnd = 0x0D;
constexpr std::size_t kHeaderBytes = 32, kFieldBytes = 32, kBacklinkBytes = 263, kNameBytes = 11;
constexpr std::uint32_t kJulianDayOfUnix = 2'440'588;

struct Field {
    char type;
    std::uint8_t width;
};

/// By the column's name; one that has none of them is a text.
Field fieldOf(const std::string& name) {
    struct Row {
        const char* name;
        Field field;
    };
    constexpr Row kRows[] = {{"CONTENT", {'C', 120}},  {"OPINION", {'C', 120}},  {"TRANS_OPIN", {'C', 60}}, {"DEPT", {'C', 30}},
                             {"CLASS", {'C', 20}},     {"RAISE_TIME", {'T', 8}}, {"TRANS_TIME", {'T', 8}},  {"UPLOAD_T", {'T', 8}},
                             {"FIN_DATE", {'D', 8}},   {"NOTES", {'M', 4}},      {"SECRECY", {'L', 1}},     {"REPLY", {'L', 1}},
                             {"URGENT", {'C', 1}},     {"STATUS", {'C', 2}}};
    for (const Row& row : kRows) {
        if (name == row.name) return row.field;
    }
    return {'C', 18};
}

void little(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

/// Of "2019-10-15 08:30:00", as it stands, whatever the zone.
std::time_t secondsOf(const std::string& time) {
    std::tm parts{};
    ::strptime(time.c_str(), "%Y-%m-%d %H:%M:%S", &parts);
    return ::timegm(&parts);
}

void appendValue(std::string& out, const Field& field, const std::string& text, bool gbk) {
    constexpr std::time_t kDay = 86'400;
    if (field.type == 'T' && !text.empty()) {
        const std::time_t at = secondsOf(text);
        little(out, kJulianDayOfUnix + static_cast<std::uint32_t>(at / kDay), 4);
        little(out, static_cast<std::uint32_t>(at % kDay) * 1000, 4);
        return;
    }
    if (field.type == 'M') return little(out, 0, field.width);
    std::string cell = field.type == 'D' && !text.empty() ? text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2) : text;
    if (gbk) cell = inGbk(cell).value_or(cell);
    cell.resize(field.width, ' ');
    out += cell;
}

}  // namespace

std::string dbfOf(const std::vector<Message>& rows, bool gbk) {
    const auto& columns = rows.front().members;
    std::size_t row_bytes = 1;
    std::string fields;
    for (const Member& column : columns) {
        const Field field = fieldOf(column.name);
        std::string name = column.name;
        name.resize(kNameBytes, '\0');
        fields += name + field.type;
        little(fields, row_bytes, 4);
        fields += static_cast<char>(field.width);
        fields.resize((fields.size() / kFieldBytes + 1) * kFieldBytes, '\0');
        row_bytes += field.width;
    }
    std::string out;
    out += static_cast<char>(kFoxpro);
    little(out, 0x0F0A13, 3);  // 2019-10-15
    little(out, rows.size(), 4);
    little(out, kHeaderBytes + fields.size() + 1 + kBacklinkBytes, 2);
    little(out, row_bytes, 2);
    out.resize(kHeaderBytes, '\0');
    out[kHeaderBytes - 3] = static_cast<char>(kGbkMark);
    out += fields;
    out += static_cast<char>(kHeaderEnd);
    out.append(kBacklinkBytes, '\0');
    for (const Message& row : rows) {
        out += ' ';
        for (std::size_t i = 0; i < columns.size(); ++i) appendValue(out, fieldOf(columns[i].name), row.members[i].text, gbk);
    }
    return out + '\x1A';
}

}  // namespace yht::sources_sim
