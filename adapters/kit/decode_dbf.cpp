#include "adapters/kit/decode_dbf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <unordered_set>

#include "adapters/kit/charset_decode.h"
#include "adapters/kit/dbf_header.h"
#include "adapters/kit/dbf_memo.h"
#include "adapters/kit/decode_output.h"
#include "adapters/kit/zip_archive.h"

namespace yht::kit {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr char kDeleted = '*';
constexpr std::string_view kArchiveMark = "PK\3\4";
constexpr std::int64_t kMillisADay = 86'400'000;
constexpr std::int64_t kJulianOf1970 = 2'440'588;  // the Julian day number of 1970-01-01

std::string_view withoutPadding(std::string_view text, bool both_ends) {
    constexpr std::string_view kPadding("\0 ", 2);
    const std::size_t last = text.find_last_not_of(kPadding);
    if (last == std::string_view::npos) return {};
    const std::size_t first = both_ends ? text.find_first_not_of(kPadding) : 0;
    return text.substr(first, last - first + 1);
}

ItemValue scalar(ItemType type, std::string text) {
    return text.empty() ? ItemValue() : ItemValue::scalar(type, std::move(text));
}

bool isPlainNumber(std::string_view text) {
    return text.find_first_of("0123456789") != std::string_view::npos &&
           text.find_first_not_of("0123456789.+-eE") == std::string_view::npos;
}

/// A currency: ten-thousandths in a signed 64-bit number.
std::string currencyText(std::uint64_t bits) {
    const bool negative = (bits >> 63) != 0;
    const std::uint64_t amount = negative ? ~bits + 1 : bits;
    std::array<char, 32> out;
    std::snprintf(
        out.data(), out.size(), "%s%llu.%04llu", negative ? "-" : "",
        static_cast<unsigned long long>(amount / 10'000),
        static_cast<unsigned long long>(amount % 10'000)
    );
    return out.data();
}

/// The shortest text that is this double again; "" for what is no number.
std::string doubleText(std::uint64_t bits) {
    const double number = std::bit_cast<double>(bits);
    if (!std::isfinite(number)) return "";
    std::array<char, 400> out;
    const auto end =
        std::to_chars(out.data(), out.data() + out.size(), number, std::chars_format::fixed);
    return std::string(out.data(), end.ptr);
}

/// A Julian day and milliseconds of a day; nullopt where they are none.
std::optional<std::string> momentText(std::uint64_t day, std::uint64_t millis) {
    const std::int64_t days = static_cast<std::int64_t>(day) - kJulianOf1970;
    // Years 0000 to 9999.
    if (days < -719'528 || days > 2'932'896 || millis >= kMillisADay) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    // FoxPro stores some whole seconds one millisecond short.
    const std::uint64_t seconds = std::min<std::uint64_t>((millis + 500) / 1000, 86'399);
    std::array<char, 40> out;
    std::snprintf(
        out.data(), out.size(), "%04d-%02u-%02u %02u:%02u:%02u", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<unsigned>(seconds / 3600), static_cast<unsigned>(seconds / 60 % 60),
        static_cast<unsigned>(seconds % 60)
    );
    return std::string(out.data());
}

/// By its number: the name is the sender's text.
Error unreadableField(const DbfField& field, const char* en, const char* zh) {
    const std::string number = std::to_string(field.number);
    return base::makePublicError(
        ErrorCode::ItemUndecodable, "Field " + number + " " + en + ".",
        "第 " + number + " 个字段" + zh + "。"
    );
}

class DbfRun {
public:
    DbfRun(
        const DecodeRules& rules, std::string_view file, DbfHeader header, CharsetDecoder charset,
        const DbfMemo* memo, const ItemSink& sink
    )
        : rules_(rules),
          file_(file),
          header_(std::move(header)),
          charset_(std::move(charset)),
          memo_(memo),
          memo_bytes_left_(rules.limits.expanded_bytes_max),
          output_(rules.limits, sink) {}

    Status run() {
        if (auto named = nameFields(); !named) return named;
        for (std::uint64_t record = 0; record < header_.record_count; ++record) {
            const std::size_t begin = header_.header_bytes + record * header_.record_bytes;
            if (begin + header_.record_bytes > file_.size()) {
                return base::makePublicError(
                    ErrorCode::ItemUndecodable,
                    "The table is torn: it ends before its last record does.",
                    "表不完整,在最后一条记录之前结束。"
                );
            }
            if (!giveRecord(record, begin)) break;
        }
        return output_.finish();
    }

private:
    /// Names in UTF-8, each once.
    Status nameFields() {
        std::unordered_set<std::string> taken;
        for (std::size_t i = 0; i < header_.fields.size(); ++i) {
            std::string name;
            if (charset_.appendWhole(header_.fields[i].name, name) || name.empty())
                return unreadableField(header_.fields[i], "has no readable name", "的名称无法读取");
            while (!taken.insert(name).second) name += "#" + std::to_string(i + 1);
            header_.fields[i].name = std::move(name);
        }
        return {};
    }

    bool giveRecord(std::uint64_t record, std::size_t begin) {
        DecodedItem item;
        item.place = "record " + std::to_string(record + 1);
        item.raw_offset = begin;
        item.raw_bytes = header_.record_bytes;
        if (file_[begin] == kDeleted) return output_.giveIgnored(std::move(item), kDbfDeletedRule);
        std::vector<ItemValue::Member> members;
        members.reserve(header_.fields.size());
        std::size_t bytes = 0;
        for (const DbfField& field : header_.fields) {
            if (field.type == '0') continue;  // FoxPro's own column of null flags
            auto value = valueOf(field, begin + field.offset);
            if (!value) return output_.giveFailure(std::move(item), std::move(value).error());
            bytes += value->text().size();
            if (bytes > rules_.limits.item_bytes_max)
                return output_.giveFailure(std::move(item), ItemOutput::tooLarge("bytes", rules_.limits.item_bytes_max));
            members.emplace_back(field.name, *std::move(value));
        }
        item.value = ItemValue::object(std::move(members));
        return output_.give(std::move(item));
    }

    Result<ItemValue> valueOf(const DbfField& field, std::size_t at) {
        const std::string_view bytes = file_.substr(at, field.width);
        switch (field.type) {
            case 'C':
                return textOf(withoutPadding(bytes, false), at);
            case 'N':
            case 'F': {
                const std::string_view number = withoutPadding(bytes, true);
                if (!number.empty() && !isPlainNumber(number)) return textOf(number, at);
                return scalar(ItemType::Number, std::string(number));
            }
            case 'D':
                return textOf(withoutPadding(bytes, true), at);
            case 'L':
                return flagOf(field, bytes[0]);
            case 'M':
            case 'G':
            case 'P':
                return memoOf(field, bytes);
            case 'B':
                return header_.foxpro ? binaryOf(field, bytes) : memoOf(field, bytes);
            default:
                return binaryOf(field, bytes);
        }
    }

    Result<ItemValue> textOf(std::string_view bytes, std::size_t at) {
        std::string text;
        if (const auto bad = charset_.appendWhole(bytes, text))
            return undecodableByte(charset_.name(), at + *bad);
        return scalar(ItemType::Text, std::move(text));
    }

    static Result<ItemValue> flagOf(const DbfField& field, char c) {
        switch (c) {
            case 'T':
            case 't':
            case 'Y':
            case 'y':
                return ItemValue::scalar(ItemType::Flag, "true");
            case 'F':
            case 'f':
            case 'N':
            case 'n':
                return ItemValue::scalar(ItemType::Flag, "false");
            case ' ':
            case '?':
            case '\0':
                return ItemValue();
            default:
                return unreadableField(field, "is neither yes nor no", "既不是“是”也不是“否”");
        }
    }

    static Result<ItemValue> binaryOf(const DbfField& field, std::string_view bytes) {
        if (field.type == 'I' && bytes.size() == 4) {
            const auto number = static_cast<std::int32_t>(littleEndian(bytes, 0, 4));
            return ItemValue::scalar(ItemType::Number, std::to_string(number));
        }
        if (bytes.size() == 8) {
            const std::uint64_t bits = littleEndian(bytes, 0, 8);
            if (field.type == 'Y') return ItemValue::scalar(ItemType::Number, currencyText(bits));
            if (field.type == 'B') return scalar(ItemType::Number, doubleText(bits));
            if (field.type == 'T') {
                // Blanks are an empty moment, too.
                if (bits == 0 || bytes == "        ") return ItemValue();
                auto text = momentText(littleEndian(bytes, 0, 4), littleEndian(bytes, 4, 4));
                if (!text) return unreadableField(field, "holds no moment", "不是有效的日期时间");
                return scalar(ItemType::Text, *std::move(text));
            }
        }
        return unreadableField(field, "has a type that is not read", "的类型不受支持");
    }

    Result<ItemValue> memoOf(const DbfField& field, std::string_view bytes) {
        std::uint64_t block = 0;
        if (bytes.size() == 4) {
            block = littleEndian(bytes, 0, 4);
        } else {
            const std::string_view digits = withoutPadding(bytes, true);
            const auto end = digits.data() + digits.size();
            if (!digits.empty() && std::from_chars(digits.data(), end, block).ptr != end)
                return unreadableField(field, "names no block of a memo", "不是有效的备注块号");
        }
        if (block == 0) return ItemValue();
        if (memo_ == nullptr) {
            return unreadableField(
                field,
                "is a memo, whose text stands in a second file (.fpt, .dbt) that did not come",
                "是备注字段,其内容在另一个文件(.fpt、.dbt)中,未随表送来"
            );
        }
        auto text = memo_->text(block, rules_.limits.item_bytes_max);
        if (!text) return std::move(text).error();
        // Any number of records may name one long text.
        if (text->bytes.size() > memo_bytes_left_)
            return ItemOutput::tooLarge("bytes of memos", rules_.limits.expanded_bytes_max);
        memo_bytes_left_ -= text->bytes.size();
        return textOf(text->bytes, text->at);
    }

    const DecodeRules& rules_;
    std::string_view file_;
    DbfHeader header_;
    CharsetDecoder charset_;
    const DbfMemo* memo_;  // nullptr: none came
    std::size_t memo_bytes_left_;
    ItemOutput output_;
};

/// What an archive holds: the table, and where one came along, the memo file.
struct Unpacked {
    std::string table, memo, memo_name;
};

bool endsWithAny(const std::string& name, std::initializer_list<std::string_view> ends) {
    return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) {
        return name.size() > end.size() &&
               std::equal(end.rbegin(), end.rend(), name.rbegin(), [](char wanted, char c) {
                   return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
               });
    });
}

Result<Unpacked> unpack(std::string_view message, const DecodeLimits& limits) {
    auto archive = ZipArchive::open(message, limits.expanded_bytes_max);
    if (!archive) return std::move(archive).error();
    Unpacked unpacked;
    std::string table_name;
    for (const std::string& name : archive->names()) {
        const bool is_table = endsWithAny(name, {".dbf"}), is_memo = endsWithAny(name, {".fpt", ".dbt"});
        std::string& one = is_table ? table_name : unpacked.memo_name;
        if ((is_table || is_memo) && one.empty()) {
            one = name;
        } else if (!name.ends_with('/') && !endsWithAny(name, {".cdx", ".idx", ".ndx", ".mdx", ".ntx"})) {
            return base::makePublicError(
                ErrorCode::ItemUndecodable,
                "The archive holds something beside one table and its memo file.",
                "压缩包中除一个表及其备注文件外还有其他文件。"
            );
        }
    }
    for (const auto& [name, into] : {std::pair{&table_name, &unpacked.table}, std::pair{&unpacked.memo_name, &unpacked.memo}}) {
        if (name->empty() && into == &unpacked.memo) break;
        bool fits = true;
        auto read = archive->read(*name, [&, to = into](std::string_view piece) {
            fits = to->size() + piece.size() <= limits.message_bytes_max;
            if (fits) to->append(piece);
            return fits;
        });
        if (!read) return std::move(read).error();
        if (!fits) return ItemOutput::tooLarge("bytes", limits.message_bytes_max);
    }
    return unpacked;
}

class DbfDecoder final : public Decoder {
public:
    explicit DbfDecoder(const DecodeRules& rules) : rules_(rules) {}

    Status decode(std::string_view message, const ItemSink& sink) const override {
        if (message.size() > rules_.limits.message_bytes_max)
            return ItemOutput::tooLarge("bytes", rules_.limits.message_bytes_max);
        if (!message.starts_with(kArchiveMark)) return decodeTable(message, nullptr, sink);
        auto unpacked = unpack(message, rules_.limits);
        if (!unpacked) return std::move(unpacked).error();
        // A record of the archive is no slice of the message.
        return decodeTable(unpacked->table, &*unpacked, [&sink](DecodedItem&& item) {
            item.raw_offset = item.raw_bytes = 0;
            return sink(std::move(item));
        });
    }

private:
    Status decodeTable(std::string_view table, const Unpacked* unpacked, const ItemSink& sink) const {
        auto header = DbfHeader::read(table, rules_.limits);
        if (!header) return std::move(header).error();
        const std::string name = rules_.charset.empty() ? header->charset() : rules_.charset;
        if (name.empty()) {
            return base::makePublicError(
                ErrorCode::ItemUndecodable,
                "The table does not say its code page; the manifest must give a charset.",
                "表中没有代码页标识,需在清单中声明字符集。"
            );
        }
        auto charset = CharsetDecoder::open(name);
        if (!charset) return std::move(charset).error();
        std::optional<DbfMemo> memo;
        if (unpacked != nullptr && !unpacked->memo_name.empty()) {
            using Layout = DbfMemo::Layout;
            const bool foxpro = endsWithAny(unpacked->memo_name, {".fpt"});
            auto opened = DbfMemo::open(
                unpacked->memo, foxpro ? Layout::FoxPro : header->dbase3 ? Layout::DBase3 : Layout::DBase4
            );
            if (!opened) return std::move(opened).error();
            memo = *opened;
        }
        const DbfMemo* beside = memo ? &*memo : nullptr;
        return DbfRun(rules_, table, std::move(*header), std::move(*charset), beside, sink).run();
    }

    DecodeRules rules_;
};

}  // namespace

Result<std::shared_ptr<const Decoder>> makeDbfDecoder(const DecodeRules& rules) {
    if (!rules.charset.empty()) {
        auto charset = CharsetDecoder::open(rules.charset);
        if (!charset) return std::move(charset).error();
        if (charset->family() == CharsetFamily::Utf16)
            return base::makeError(ErrorCode::ManifestInvalid, "charset: a table can't be UTF-16");
    }
    return std::shared_ptr<const Decoder>(std::make_shared<DbfDecoder>(rules));
}

}  // namespace yht::kit
