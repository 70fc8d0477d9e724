#include "gateway/ticket/catalogue.h"

#include <algorithm>
#include <array>
#include <vector>

#include "gateway/base/assert.h"

namespace yht::ticket {
namespace {

constexpr KindRow kKinds[] = {
    {Kind::Appeal, "appeal", "诉求", true},       {Kind::Assignment, "assignment", "派单", true},
    {Kind::Process, "process", "过程", true},     {Kind::Result, "result", "结果", true},
    {Kind::Visit, "visit", "回访", true},         {Kind::Supervision, "supervision", "督办", true},
    {Kind::Extension, "extension", "延期", true}, {Kind::Attachment, "attachment", "附件", true},
    {Kind::Call, "call", "电话", false},          {Kind::Filing, "filing", "疑难备案", false},
};
static_assert(std::size(kKinds) == kKindCount);

// The table names enumerators without their type; these bring them in.
using enum FieldType;
using enum Required;

constexpr FieldRow kFields[] = {
#define YHT_FIELD(number, name, zh, en, kinds, type, max, list, required, personal, whose) \
    {Field::name,                                                                   \
     #name,                                                                         \
     zh,                                                                            \
     en,                                                                            \
     static_cast<KindSet>(kinds),                                                   \
     type,                                                                          \
     max,                                                                           \
     list,                                                                          \
     Required::required,                                                            \
     PersonalData::personal,\
     Whose::whose},
#include "gateway/ticket/catalogue.def"
#undef YHT_FIELD
};

constexpr bool ascending() {
    for (std::size_t i = 1; i < std::size(kFields); ++i) {
        if (kFields[i - 1].field >= kFields[i].field) return false;
    }
    return true;
}
static_assert(ascending(), "catalogue.def must be ordered by number");

constexpr std::size_t kNumberMax = static_cast<std::size_t>(kFields[std::size(kFields) - 1].field);

constexpr auto byNumber() {
    std::array<std::uint16_t, kNumberMax + 1> index{};
    for (std::size_t i = 0; i < std::size(kFields); ++i) {
        index[static_cast<std::size_t>(kFields[i].field)] = static_cast<std::uint16_t>(i + 1);
    }
    return index;
}
constexpr auto kByNumber = byNumber();

using Names = std::vector<const FieldRow*>;

/// Rows of each kind by name; index 0 is unused.
const std::array<Names, kKindCount + 1>& byName() {
    static const auto tables = [] {
        std::array<Names, kKindCount + 1> result;
        for (const auto& kind : kKinds) {
            auto& names = result[static_cast<std::size_t>(kind.kind)];
            for (const auto& row : kFields) {
                if ((row.kinds & only(kind.kind)) != 0) names.push_back(&row);
            }
            std::sort(names.begin(), names.end(), [](const FieldRow* a, const FieldRow* b) {
                return std::string_view(a->name) < b->name;
            });
        }
        return result;
    }();
    return tables;
}

}  // namespace

std::span<const KindRow> kindTable() {
    return kKinds;
}

const KindRow& kindRow(Kind kind) {
    const auto index = static_cast<std::size_t>(kind);
    YHT_ASSERT(index >= 1 && index <= kKindCount);
    return kKinds[index - 1];
}

std::optional<Kind> findKind(std::string_view name) {
    for (const auto& row : kKinds) {
        if (name == row.name) return row.kind;
    }
    return std::nullopt;
}

std::span<const FieldRow> fieldTable() {
    return kFields;
}

const FieldRow& fieldRow(Field field) {
    const auto number = static_cast<std::size_t>(field);
    YHT_ASSERT(number <= kNumberMax && kByNumber[number] != 0);
    return kFields[kByNumber[number] - 1];
}

std::span<const FieldRow* const> fieldsOf(Kind kind) {
    const auto index = static_cast<std::size_t>(kind);
    YHT_ASSERT(index >= 1 && index <= kKindCount);
    return byName()[index];
}

const FieldRow* findField(Kind kind, std::string_view name) {
    const auto rows = fieldsOf(kind);
    const auto found = std::lower_bound(
        rows.begin(), rows.end(), name,
        [](const FieldRow* row, std::string_view wanted) {
            return std::string_view(row->name) < wanted;
        }
    );
    return found != rows.end() && name == (*found)->name ? *found : nullptr;
}

}  // namespace yht::ticket
