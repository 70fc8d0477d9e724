#include "adapters/kit/inbound/generated_cases.h"

#include <algorithm>
#include <set>

#include "adapters/kit/inbound/generated_sample.h"
#include "adapters/kit/zip_archive.h"
#include "gateway/json/json.h"
#include "gateway/ticket/record_json.h"

namespace yht::kit {
namespace {

constexpr json::Limits kJsonLimits{.depth_max = 32, .values_max = 2'000'000, .members_max = 1'000};
constexpr const char* kUnknownCode = "不存在的代码-9Z";
constexpr const char* kUnknownMember = "YHT_NEW_MEMBER_9Z";
constexpr const char* kLongNumber = "430200201904180001";

using Sample = GeneratedSample;
using Problem = CaseProblem;

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

/// What is wrong with what one vocabulary does with a code that it does not have; "" nothing.
std::string unknownCodeOf(const Sample& sample, const ActingRow& acting) {
    const auto& vocabulary = *acting.row->vocabulary;
    const auto outcome = sample.outcome({{0, acting.path, kUnknownCode}});
    const auto has = [](const std::string& text, const char* what) { return text.find(what) != std::string::npos; };
    const bool quarantined = has(outcome.errors, "code_unmapped") || has(outcome.errors, "region_unknown");
    switch (vocabulary.unmapped) {
        case Unmapped::Quarantine:
            return quarantined ? "" : "was not quarantined";
        case Unmapped::AcceptAs: {
            if (quarantined) return "";  // by another table, of the same value
            // The sample's own code may be one without a row.
            const auto counted = std::max<std::uint64_t>(1, sample.good.counts.unmapped_codes);
            const bool kept = vocabulary.keep_in.empty() || has(outcome.json, kUnknownCode);
            return outcome.counts.unmapped_codes >= counted && kept ? "" : "was not counted and kept";
        }
        case Unmapped::Ignore:
            return outcome.ignored > 0 ? "" : "was not ignored by its rule";
        case Unmapped::Next:
            break;  // words, not codes
    }
    YHT_ASSERT(false);
}

/// Every table of codes that gave the first item a value: the status' among them.
Problem unknownCode(const Sample& sample) {
    std::set<const InboundVocabulary*> tried;
    const auto isCode = [](const InboundRow& row) { return row.vocabulary && row.vocabulary->unmapped != Unmapped::Next; };
    for (const auto& acting : sample.actingRows(isCode)) {
        if (sample.decidesKind(acting) || !tried.insert(acting.row->vocabulary.get()).second) continue;
        if (const auto wrong = unknownCodeOf(sample, acting); !wrong.empty())
            return acting.row->vocabulary->name + ": an unknown code " + wrong;
    }
    return tried.empty() ? std::nullopt : Problem("");
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
    const auto acting = sample.findRow([&](const InboundRow& r) {
        return r.field->field == ticket::Field::record_ref && !r.has_fallback && (r.from.size() == 1 || r.joined);
    });
    if (!acting) return std::nullopt;
    const auto outcome = sample.outcome({{0, acting->path, ""}});
    return outcome.failed > sample.good.failed ? "" : "an item without record_ref was taken";
}

std::optional<ActingRow> findText(const Sample& sample) {
    return sample.findRow([&](const InboundRow& r) {
        return r.field->type == ticket::FieldType::Text && r.vocabulary == nullptr && r.prefix.empty();
    });
}

Problem oversizedText(const Sample& sample) {
    const auto acting = findText(sample);
    if (!acting) return std::nullopt;
    const InboundRow* row = acting->row;
    std::string text;
    for (std::uint32_t i = 0; i <= row->code_points_max; ++i) text += "长";
    const auto outcome = sample.outcome({{0, acting->path, text}});
    const bool fits = row->cut              ? outcome.counts.cut_texts > 0
                      : !row->into.empty() ? outcome.failed == sample.good.failed
                                           : outcome.errors.find("too_long") != std::string::npos;
    return fits ? "" : std::string(row->field->name) + ": a text over its length was taken";
}

Problem eighteenDigits(const Sample& sample) {
    const auto acting = sample.findRow([&](const InboundRow& r) {
        return r.type == ValueType::Reference && !r.is_list && r.vocabulary == nullptr;
    });
    if (!acting) return std::nullopt;
    const InboundRow* row = acting->row;
    const auto outcome = sample.outcome({{0, acting->path, kLongNumber}});
    return outcome.json.find(kLongNumber) != std::string::npos
               ? ""
               : std::string(row->field->name) + ": eighteen digits did not survive";
}

Problem nulByte(const Sample& sample) {
    const auto acting = findText(sample);
    if (!acting) return std::nullopt;
    const InboundRow* row = acting->row;
    const auto outcome = sample.outcome({{0, acting->path, std::string("a\0b", 3)}});
    return outcome.errors.find("control_character") != std::string::npos
               ? ""
               : std::string(row->field->name) + ": a NUL was taken";
}

Problem emoji(const Sample& sample) {
    const auto acting = findText(sample);
    if (!acting) return std::nullopt;
    const InboundRow* row = acting->row;
    const auto outcome = sample.outcome({{0, acting->path, "🙂𠮷"}});
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

/// What a ledger says of the same message, an hour later.
Problem sameBatchTwice(const Sample& sample, const AdmitTwice& admit) {
    if (!admit) return std::nullopt;
    const auto came = admit(sample.adapter, sample.message, sample.context);
    const auto of = [](std::uint64_t count, std::uint64_t all) { return std::to_string(count) + " of " + std::to_string(all); };
    if (!came) return "no ledger takes it: " + base::describe(came.error());
    if (came->received != sample.items.size()) return "a ledger sees " + of(came->received, sample.items.size()) + " items of it";
    if (came->accepted != came->received) return "a ledger takes " + of(came->accepted, came->received) + " items of it";
    if (came->again_received != came->received)
        return "the second time there are " + of(came->again_received, came->received) + " items";
    if (came->again_new > 0 || came->again_entries > 0)
        return "the second time " + of(came->again_new, came->received) + " items are new, and " +
               std::to_string(came->again_entries) + " entries";
    return "";
}

struct CaseRow {
    const char* name;
    Problem (*run)(const Sample& sample);
};
constexpr const char* kTwice = "same_batch_twice";
constexpr CaseRow kCases[] = {
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
    std::vector<std::string> names = {kTwice};
    for (const auto& row : kCases) names.emplace_back(row.name);
    return names;
}

std::vector<GeneratedCase> runGeneratedCases(
    const Adapter& adapter, const ReadManifest& manifest, const std::string& message,
    const MessageContext& context, const AdmitTwice& admit
) {
    const Sample sample(adapter, manifest, message, context);
    std::vector<GeneratedCase> all;
    const auto add = [&](const char* name, const Problem& problem) {
        all.push_back({name, !problem, problem.value_or("")});
    };
    add(kTwice, sameBatchTwice(sample, admit));
    for (const auto& row : kCases) add(row.name, row.run(sample));
    return all;
}

}  // namespace yht::kit
