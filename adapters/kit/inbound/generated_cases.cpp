#include "adapters/kit/inbound/generated_cases.h"

#include <algorithm>

#include "adapters/kit/zip_archive.h"
#include "gateway/json/json.h"
#include "gateway/ticket/record_json.h"

namespace yht::kit {
namespace {

constexpr json::Limits kJsonLimits{.depth_max = 32, .values_max = 2'000'000, .members_max = 1'000};
constexpr const char* kUnknownCode = "不存在的代码-9Z";
constexpr const char* kUnknownMember = "YHT_NEW_MEMBER_9Z";
constexpr std::string_view kArchiveMark = "PK\3\4";
constexpr const char* kLongNumber = "430200201904180001";

struct Sample {
    const Adapter& adapter;
    const ReadManifest& manifest;
    const std::string& message;
    const MessageContext& context;
    SampleOutcome good;

    std::vector<AdaptedItem> items(const std::vector<ItemPatch>& patches = {}) const {
        std::vector<AdaptedItem> all;
        MessageContext traced = context;
        traced.trace = true;
        (void)adapter
            .adapt(
                message, traced, patches,
                [&](AdaptedItem&& item) {
                    all.push_back(std::move(item));
                    return true;
                }
            )
            .ok();
        return all;
    }
    SampleOutcome outcome(const std::vector<ItemPatch>& patches) const {
        return adaptSample(adapter, message, context, patches);
    }
    SampleOutcome outcome(const std::string& other) const {
        return adaptSample(adapter, other, context);
    }
};

using Problem = std::optional<std::string>;  // nullopt: skipped; "": passed

/// Its value is its first path's where that has one. A number that goes through a function must come out as itself.
bool isPlain(const InboundRow& row) {
    const bool path = !row.from.empty() && row.from.front().kind == InboundValue::Kind::Path;
    const bool plain = row.function.empty() || row.type == ValueType::Reference;
    return path && plain && row.separators.empty() && row.when.terms.empty() &&
           row.when_not.terms.empty() && !row.from.front().path.text().empty() &&
           !row.from.front().path.hasEach();
}

/// The first row without conditions that `fits` and whose first path gave the first record of the
/// sample's first item a value. Sections with `each` have paths of their own: left out.
const InboundRow* findRow(
    const Sample& sample, const std::function<bool(const InboundRow&)>& fits
) {
    const auto items = sample.items();
    if (items.empty() || items.front().records.empty()) return nullptr;
    const auto& origins = items.front().records.front().origins;
    for (const auto& section : sample.manifest.mapping.records) {
        if (section.each) continue;
        for (const auto& row : section.rows) {
            if (!isPlain(row) || !fits(row)) continue;
            const auto acted = [&](const FieldOrigin& origin) {
                return origin.rule == row.rule && origin.path == row.from.front().text;
            };
            if (std::any_of(origins.begin(), origins.end(), acted)) return &row;
        }
    }
    return nullptr;
}

/// The path is also read by a condition: another value there means another kind of message.
bool decidesKind(const Sample& sample, const std::string& path) {
    const auto reads = [&](const InboundCondition& condition) {
        return std::any_of(condition.terms.begin(), condition.terms.end(), [&](const auto& term) {
            return term.path.text() == path;
        });
    };
    const auto& rules = sample.manifest.mapping;
    return std::any_of(
               rules.records.begin(), rules.records.end(),
               [&](const auto& r) { return reads(r.when) || reads(r.when_not); }
           ) ||
           std::any_of(rules.ignore.begin(), rules.ignore.end(), [&](const auto& r) {
               return reads(r.when) || reads(r.when_not);
           });
}

std::string pathOf(const InboundRow& row) {
    return row.from.front().path.text();
}

Problem sameBatchTwice(const Sample& sample) {
    return sample.outcome(sample.message).json == sample.good.json
               ? ""
               : "the second time the records differ";
}

/// The message's list of items, and where it stands; nullptr where the message is no JSON or has no
/// list.
rapidjson::Value* itemsOf(const Sample& sample, rapidjson::Document& document) {
    const auto& rules = sample.manifest.manifest.decode;
    if (rules.format != Format::Json || rules.lines) return nullptr;
    auto read = json::parse(sample.message, kJsonLimits);
    if (!read) return nullptr;
    document = std::move(*read);
    rapidjson::Value* at = &document;
    for (std::size_t from = 0; from < rules.items.size();) {
        const auto slash = std::min(rules.items.find('/', from), rules.items.size());
        const std::string name = rules.items.substr(from, slash - from);
        if (!at->IsObject() || !at->HasMember(name.c_str())) return nullptr;
        at = &(*at)[name.c_str()];
        from = slash + 1;
    }
    return at;
}

Problem oneOrMany(const Sample& sample) {
    rapidjson::Document document;
    rapidjson::Value* items = itemsOf(sample, document);
    if (items == nullptr || !(items->IsObject() || (items->IsArray() && items->Size() == 1)))
        return std::nullopt;
    // The two forms of one item: alone, and in a list.
    rapidjson::Value other(items->IsArray() ? rapidjson::kObjectType : rapidjson::kArrayType);
    if (items->IsArray())
        other = (*items)[0];
    else
        other.PushBack(rapidjson::Value(*items, document.GetAllocator()), document.GetAllocator());
    *items = other;
    return sample.outcome(json::write(document)).json == sample.good.json
               ? ""
               : "one item alone and a list of one differ";
}

/// The message with its items in reverse, what stands between them left where it is; nullopt where items are no slices.
std::optional<std::string> reversed(const Sample& sample) {
    const auto items = sample.items();
    if (items.size() < 2) return std::nullopt;
    std::string other;
    std::size_t at = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const AdaptedItem &here = items[i], &mirrored = items[items.size() - 1 - i];
        if (here.raw_bytes == 0 || here.raw_offset < at) return std::nullopt;
        other.append(sample.message, at, here.raw_offset - at).append(sample.message, mirrored.raw_offset, mirrored.raw_bytes);
        at = here.raw_offset + here.raw_bytes;
    }
    return other.append(sample.message, at);
}

Problem reordered(const Sample& sample) {
    const auto other = reversed(sample);
    if (!other) return std::nullopt;
    const auto records = [](const SampleOutcome& outcome) {
        std::vector<std::string> all;
        const auto read = json::parse(outcome.json, kJsonLimits);
        for (const auto& item : (*read)["items"].GetArray()) all.push_back(json::write(item));
        std::sort(all.begin(), all.end());
        return all;
    };
    return records(sample.outcome(*other)) == records(sample.good)
               ? ""
               : "another order makes other records";
}

/// What was cut off may be missing; what comes out must be what came out before.
Problem truncated(const Sample& sample) {
    const auto whole = json::parse(sample.good.json, kJsonLimits);
    const auto& expected = (*whole)["items"];
    for (const std::size_t part : {1U, 2U, 3U}) {
        const auto cut = sample.outcome(sample.message.substr(0, sample.message.size() * part / 4));
        const auto read = json::parse(cut.json, kJsonLimits);
        const auto& items = (*read)["items"];
        for (rapidjson::SizeType i = 0; i < items.Size(); ++i) {
            if (!items[i].HasMember("records")) continue;
            if (i >= expected.Size() || json::write(items[i]) != json::write(expected[i]))
                return "a torn message made another record";
        }
        if (cut.records == sample.good.records && cut.failed == 0)
            return "half a message counts as a whole one";
    }
    return "";
}

/// A byte that no charset of ours has, in the middle of a character: of the first item where that is a slice, since tables of
/// FoxPro begin with numbers. Archives have none that could be changed.
Problem wrongCharset(const Sample& sample) {
    if (sample.message.starts_with(kArchiveMark)) return std::nullopt;
    const auto items = sample.items();
    const bool slice = !items.empty() && items.front().raw_bytes > 0;
    const std::size_t begin = slice ? items.front().raw_offset : 0;
    const std::size_t end = slice ? begin + items.front().raw_bytes : sample.message.size();
    std::size_t at = begin;
    // Two bytes that are a character in UTF-8 and in GB 18030 alike: neither is half of a number.
    const auto isHigh = [&](std::size_t i) { return static_cast<unsigned char>(sample.message[i]) >= 0xA1; };
    while (at + 1 < end && !(static_cast<unsigned char>(sample.message[at]) >= 0xB0 && isHigh(at + 1))) ++at;
    if (at + 1 >= end) return std::nullopt;
    std::string broken = sample.message;
    broken[at] = '\xFF';
    const auto outcome = sample.outcome(broken);
    if (outcome.json.find("\xEF\xBF\xBD") != std::string::npos)
        return "an undecodable byte became U+FFFD";
    return outcome.failed > 0 ? "" : "an undecodable byte was taken";
}

Problem unknownCode(const Sample& sample) {
    const auto* row = findRow(sample, [&](const InboundRow& r) {
        return r.vocabulary != nullptr && r.vocabulary->unmapped != Unmapped::Next &&
               !decidesKind(sample, pathOf(r));
    });
    if (row == nullptr) return std::nullopt;
    const auto outcome = sample.outcome({{0, pathOf(*row), kUnknownCode}});
    switch (row->vocabulary->unmapped) {
        case Unmapped::Quarantine:
            return outcome.errors.find("code_unmapped") != std::string::npos ||
                           outcome.errors.find("region_unknown") != std::string::npos
                       ? ""
                       : row->vocabulary->name + ": an unknown code was not quarantined";
        case Unmapped::AcceptAs:
            return outcome.counts.unmapped_codes > 0 &&
                           outcome.json.find(kUnknownCode) != std::string::npos
                       ? ""
                       : row->vocabulary->name + ": an unknown code was not counted and kept";
        case Unmapped::Ignore:
            return outcome.ignored > 0
                       ? ""
                       : row->vocabulary->name + ": an unknown code was not ignored by its rule";
        case Unmapped::Next:
            return std::nullopt;  // words, not codes
    }
    YHT_ASSERT(false);
}

Problem unknownMember(const Sample& sample) {
    const auto outcome = sample.outcome({{0, kUnknownMember, "1"}});
    if (outcome.records != sample.good.records)
        return "a new member changed how many records there are";
    return outcome.counts.unknown_members == sample.good.counts.unknown_members + 1
               ? ""
               : "a new member was not counted";
}

Problem missingRequired(const Sample& sample) {
    const auto* row = findRow(sample, [&](const InboundRow& r) {
        return r.field->field == ticket::Field::record_ref && !r.has_fallback && (r.from.size() == 1 || r.joined) &&
               !decidesKind(sample, pathOf(r));
    });
    if (row == nullptr) return std::nullopt;
    const auto outcome = sample.outcome({{0, pathOf(*row), ""}});
    return outcome.failed > sample.good.failed ? "" : "an item without record_ref was taken";
}

const InboundRow* findText(const Sample& sample) {
    return findRow(sample, [&](const InboundRow& r) {
        return r.field->type == ticket::FieldType::Text && r.vocabulary == nullptr &&
               r.prefix.empty() && !decidesKind(sample, pathOf(r));
    });
}

Problem oversizedText(const Sample& sample) {
    const auto* row = findText(sample);
    if (row == nullptr) return std::nullopt;
    std::string text;
    for (std::uint32_t i = 0; i <= row->code_points_max; ++i) text += "长";
    const auto outcome = sample.outcome({{0, pathOf(*row), text}});
    const bool fits = row->cut              ? outcome.counts.cut_texts > 0
                      : !row->into.empty() ? outcome.failed == sample.good.failed
                                           : outcome.errors.find("too_long") != std::string::npos;
    return fits ? "" : std::string(row->field->name) + ": a text over its length was taken";
}

Problem eighteenDigits(const Sample& sample) {
    const auto* row = findRow(sample, [&](const InboundRow& r) {
        return r.type == ValueType::Reference && !r.is_list && r.vocabulary == nullptr &&
               !decidesKind(sample, pathOf(r));
    });
    if (row == nullptr) return std::nullopt;
    const auto outcome = sample.outcome({{0, pathOf(*row), kLongNumber}});
    return outcome.json.find(kLongNumber) != std::string::npos
               ? ""
               : std::string(row->field->name) + ": eighteen digits did not survive";
}

Problem nulByte(const Sample& sample) {
    const auto* row = findText(sample);
    if (row == nullptr) return std::nullopt;
    const auto outcome = sample.outcome({{0, pathOf(*row), std::string("a\0b", 3)}});
    return outcome.errors.find("control_character") != std::string::npos
               ? ""
               : std::string(row->field->name) + ": a NUL was taken";
}

Problem emoji(const Sample& sample) {
    const auto* row = findText(sample);
    if (row == nullptr) return std::nullopt;
    const auto outcome = sample.outcome({{0, pathOf(*row), "🙂𠮷"}});
    return outcome.json.find("🙂𠮷") != std::string::npos
               ? ""
               : std::string(row->field->name) + ": characters outside the BMP did not survive";
}

Problem externalEntity(const Sample& sample) {
    const Format format = sample.manifest.manifest.decode.format;
    if (format != Format::Xml && format != Format::SoapString) return std::nullopt;
    const auto declaration = sample.message.find("?>");
    const std::size_t at = declaration == std::string::npos ? 0 : declaration + 2;
    std::string hostile = sample.message;
    hostile.insert(at, "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>");
    return sample.outcome(hostile).records == 0 ? "" : "a document type declaration was taken";
}

/// 17 MB of blanks, packed into as good as nothing, where a workbook's sheet or a table belongs.
std::string packedBlanks(bool workbook) {
    constexpr std::size_t kBlanks = 17U << 20;
    const std::string blanks(kBlanks, ' '), types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const std::string main = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";
    const auto link = [&](const char* type, const char* target) {
        return "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' Type='" +
               types + "/" + type + "' Target='" + target + "'/></Relationships>";
    };
    const std::string root = link("officeDocument", "xl/workbook.xml"), links = link("worksheet", "worksheets/sheet1.xml");
    const std::string book = "<workbook " + main + " xmlns:r='" + types + "'><sheets><sheet name='a' sheetId='1' r:id='r1'/></sheets></workbook>";
    const std::string sheet = "<worksheet " + main + "><sheetData>" + blanks;
    auto packed = workbook ? packedTogether({{"_rels/.rels", root}, {"xl/workbook.xml", book}, {"xl/_rels/workbook.xml.rels", links},
                                             {"xl/worksheets/sheet1.xml", sheet}}, Packing::Deflated)
                           : packedTogether({{"t.dbf", blanks}}, Packing::Deflated);
    return packed.ok() ? *std::move(packed) : std::string();
}

Problem zipBomb(const Sample& sample) {
    static const std::string workbook = packedBlanks(true), table = packedBlanks(false);
    const Format format = sample.manifest.manifest.decode.format;
    if (format != Format::Xlsx && format != Format::Dbf) return std::nullopt;
    const auto outcome = sample.outcome(format == Format::Xlsx ? workbook : table);
    return outcome.records == 0 && outcome.errors.find("item_too_large") != std::string::npos
               ? ""
               : "an archive that expands a thousand times was read";
}

struct CaseRow {
    const char* name;
    Problem (*run)(const Sample& sample);
};
constexpr CaseRow kCases[] = {
    {"same_batch_twice", sameBatchTwice},
    {"one_or_many", oneOrMany},
    {"reordered", reordered},
    {"truncated", truncated},
    {"wrong_charset", wrongCharset},
    {"unknown_code", unknownCode},
    {"unknown_member", unknownMember},
    {"missing_required", missingRequired},
    {"oversized_text", oversizedText},
    {"eighteen_digits", eighteenDigits},
    {"nul_byte", nulByte},
    {"emoji", emoji},
    {"external_entity", externalEntity},
    {"zip_bomb", zipBomb},
};

}  // namespace

std::vector<std::string> generatedCaseNames() {
    std::vector<std::string> names;
    for (const auto& row : kCases) names.emplace_back(row.name);
    return names;
}

std::vector<GeneratedCase> runGeneratedCases(
    const Adapter& adapter, const ReadManifest& manifest, const std::string& message,
    const MessageContext& context
) {
    const Sample sample{
        adapter, manifest, message, context, adaptSample(adapter, message, context)};
    std::vector<GeneratedCase> all;
    for (const auto& row : kCases) {
        const Problem problem = row.run(sample);
        all.push_back({row.name, !problem, problem.value_or("")});
    }
    return all;
}

}  // namespace yht::kit
