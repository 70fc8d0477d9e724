// Valid records with every field of their kind, texts with whatever people and old systems put there; the same from the
// same seed. For tests in which a stranger judges what a profile makes of them.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "gateway/ticket/codes.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {

inline constexpr unsigned kMakerSeed = 20'190'418;
inline constexpr int kMakerRounds = 60;

/// Fills every field of a kind, texts with whatever people and old systems put there.
class RecordMaker {
public:
    explicit RecordMaker(unsigned seed) : engine_(seed) {}

    OutboundRecord make(ticket::Kind kind) {
        OutboundRecord out = recordOf(kind);
        for (const ticket::FieldRow& row : ticket::fieldTable()) {
            if ((row.kinds & ticket::only(kind)) == 0 || out.record.has(row.field) ||
                row.field == ticket::Field::op)
                continue;
            fill(row, out.record);
        }
        return out;
    }

private:
    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
    }

    std::string text(std::size_t characters_max) {
        static const std::vector<std::string> kPieces = {"水", "路", "𠮷",   "😀",  "a",  "7",
                                                         " ",  "\n", "\r\n", "\"", "\\", "é",
                                                         "€",  "\t", "龘",   "㐂", "·",  "—",
                                                         "<",  "&",  "]]>"};
        std::string text = "文";
        const std::size_t count = below(characters_max);
        for (std::size_t i = 1; i < count; ++i) text += kPieces[below(kPieces.size())];
        return text;
    }

    void fill(const ticket::FieldRow& row, ticket::Record& record) {
        switch (row.type) {
            case ticket::FieldType::Text:
                return record.set(row.field, text(std::min<std::size_t>(row.max, 4000)));
            case ticket::FieldType::Reference:
                return record.set(row.field, std::string(1 + below(std::min(row.max, 16U)), 'R'));
            case ticket::FieldType::Code:
                return record.set(row.field, code(row.code_list));
            case ticket::FieldType::Time:
                return record.set(row.field, "2019-04-18T16:30:01.000Z");
            case ticket::FieldType::Integer:
                return record.set(row.field, std::to_string(below(100)));
            case ticket::FieldType::Decimal:
                return record.set(row.field, "113.131500");
            case ticket::FieldType::Flag:
                return record.set(row.field, below(2) == 0 ? "true" : "false");
            case ticket::FieldType::Region:
                return record.set(row.field, below(2) == 0 ? "430211" : "430211003");
            case ticket::FieldType::Phone:
                return record.set(row.field, "19900000001");
            case ticket::FieldType::Digest:
                return record.set(row.field, std::string(64, 'a'));
            case ticket::FieldType::Digests:
                return record.set(row.field, std::vector<std::string>{std::string(64, 'b')});
            case ticket::FieldType::Texts:
                return record.set(row.field, std::vector<std::string>{"甲", "乙"});
            case ticket::FieldType::Map:
                return record.set(
                    row.field, std::map<std::string, std::string>{{"jjdbh", text(100)}}
                );
            case ticket::FieldType::References:
            case ticket::FieldType::Codes:
                return;
        }
    }

    std::string code(const char* list) {
        for (;;) {
            const auto rows = ticket::codeList(list);
            const auto& row = rows[below(rows.size())];
            if (*row.valid_to == '\0') return row.code;
        }
    }

    std::mt19937 engine_;
};

}  // namespace yht::kit
