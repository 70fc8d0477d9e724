#include "adapters/kit/dbf_header.h"

#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

constexpr std::size_t kPreambleBytes = 32, kFieldBytes = 32, kNameBytes = 11;
constexpr char kFieldsEnd = 0x0D;
constexpr std::string_view kTypes = "CNFDLTIBYMGPQV0+O@";

base::Error unreadable(const char* en, const char* zh) {
    return base::makePublicError(base::ErrorCode::ItemUndecodable, en, zh);
}

bool isTable(std::uint8_t version) {
    switch (version) {
        case 0x03:
        case 0x04:
        case 0x05:  // dBase III, IV
        case 0x30:
        case 0x31:
        case 0x32:  // Visual FoxPro
        case 0x43:
        case 0x63:
        case 0x83:
        case 0x8B:
        case 0x8E:  // dBase, with SQL or memo
        case 0xCB:
        case 0xF5:
        case 0xFB:
            return true;  // dBase, FoxPro with memo
        default:
            return false;
    }
}

DbfField fieldAt(std::string_view file, std::size_t at) {
    DbfField field;
    const std::string_view name = file.substr(at, kNameBytes);
    field.name = std::string(name.substr(0, name.find('\0')));
    field.type = file[at + 11];
    field.width = littleEndian(file, at + 16, 1);
    field.decimals = static_cast<std::uint8_t>(file[at + 17]);
    return field;
}

/// Places the fields one behind the other. Clipper and old FoxPro keep the high byte of a wide C in
/// its decimals.
std::size_t place(std::vector<DbfField>& fields, bool wide_texts) {
    std::size_t offset = 1;
    for (DbfField& field : fields) {
        const bool wide = wide_texts && field.type == 'C';
        field.offset = offset;
        offset += field.width + (wide ? 256U * field.decimals : 0U);
    }
    return offset;
}

}  // namespace

std::uint64_t littleEndian(std::string_view bytes, std::size_t at, std::size_t width) {
    std::uint64_t number = 0;
    for (std::size_t i = width; i-- > 0;)
        number = (number << 8) | static_cast<unsigned char>(bytes[at + i]);
    return number;
}

base::Result<DbfHeader> DbfHeader::read(std::string_view file, const DecodeLimits& limits) {
    if (file.size() < kPreambleBytes || !isTable(static_cast<std::uint8_t>(file[0])))
        return unreadable("The file is no DBF table.", "文件不是 DBF 表。");
    DbfHeader header;
    const auto version = static_cast<std::uint8_t>(file[0]);
    header.foxpro = version == 0xF5 || version == 0xFB || (version >= 0x30 && version <= 0x32);
    header.dbase3 = version == 0x83 || version == 0x03;
    header.record_count = littleEndian(file, 4, 4);
    header.header_bytes = littleEndian(file, 8, 2);
    header.record_bytes = littleEndian(file, 10, 2);
    header.language = static_cast<std::uint8_t>(file[29]);
    if (header.header_bytes > file.size() || header.header_bytes < kPreambleBytes)
        return unreadable("The header of the table is torn.", "表头不完整。");
    std::size_t at = kPreambleBytes;
    for (; at < header.header_bytes && file[at] != kFieldsEnd; at += kFieldBytes) {
        if (at + kFieldBytes > header.header_bytes)
            return unreadable("The header of the table is torn.", "表头不完整。");
        if (header.fields.size() == limits.members_max)
            return ItemOutput::tooLarge("fields", limits.members_max);
        header.fields.push_back(fieldAt(file, at));
        header.fields.back().number = header.fields.size();
        const DbfField& field = header.fields.back();
        if (field.width == 0 || kTypes.find(field.type) == std::string_view::npos)
            return unreadable(
                "A field of the table has a type that is not known.", "表中有字段的类型无法识别。"
            );
    }
    if (header.fields.empty()) return unreadable("The table has no fields.", "表中没有字段。");
    if (place(header.fields, false) != header.record_bytes) {
        if (place(header.fields, true) != header.record_bytes) {
            return unreadable(
                "The fields of the table do not add up to its records.",
                "表中字段宽度之和与记录长度不符。"
            );
        }
        for (DbfField& field : header.fields) {
            if (field.type == 'C') field.width += 256U * field.decimals;
        }
    }
    if (header.record_bytes > limits.item_bytes_max)
        return ItemOutput::tooLarge("bytes", limits.item_bytes_max);
    return header;
}

const char* DbfHeader::charset() const {
    switch (language) {
        case 0x4D:
        case 0x7A:
            return "GBK";
        case 0x4F:
        case 0x78:
            return "BIG5";
        case 0x03:
        case 0x57:
            return "WINDOWS-1252";
        default:
            return "";
    }
}

}  // namespace yht::kit
