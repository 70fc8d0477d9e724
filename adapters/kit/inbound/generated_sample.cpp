#include "adapters/kit/inbound/generated_sample.h"

#include <algorithm>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {
namespace {

constexpr std::size_t kEntriesLookedAt = 20;  // of a list, for one that has the value

/// Its value is its first path's where that has one. A number that goes through a function must come out as itself.
bool isPlain(const InboundRow& row) {
    const bool path = !row.from.empty() && row.from.front().kind == InboundValue::Kind::Path;
    const bool plain = row.function.empty() || row.type == ValueType::Reference;
    return path && plain && row.separators.empty() && row.when.terms.empty() &&
           row.when_not.terms.empty() && !row.from.front().path.text().empty() &&
           !row.from.front().path.hasEach();
}

std::vector<AdaptedItem> adaptAll(const GeneratedSample& sample) {
    std::vector<AdaptedItem> all;
    MessageContext traced = sample.context;
    traced.trace = true;
    (void)sample.adapter
        .adapt(
            sample.message, traced, {},
            [&](AdaptedItem&& item) {
                all.push_back(std::move(item));
                return true;
            }
        )
        .ok();
    return all;
}

ItemValue firstValue(const GeneratedSample& sample) {
    ItemValue value;
    const auto decoder = makeDecoder(sample.manifest.manifest.decode);
    if (!decoder) return value;
    (void)(*decoder)
        ->decode(
            sample.message,
            [&](DecodedItem&& item) {
                value = std::move(item.value);
                return false;
            }
        )
        .ok();
    return value;
}

bool hasText(const ItemValue& item, const std::string& path) {
    const auto parsed = Path::parse(path);
    if (!parsed) return false;
    const ItemValue* found = parsed->findOne(item);
    return found != nullptr && found->isScalar() && !found->text().empty();
}

/// Entries of lists have no "*" in a patch: the first of each list.
std::string firstEntries(const Path& path) {
    std::string text;
    for (const auto& step : path.steps()) text += (text.empty() ? "" : "/") + (step.each ? "0" : pathStep(step.name));
    return text;
}

/// Where the row's value stands in the first item, from the item on; nullopt where nothing can be put in its place.
std::optional<std::string> placeOf(const ItemValue& item, const RecordRules& section, const InboundRow& row) {
    const Path& path = row.from.front().path;
    const std::string plain = path.fromItem() ? path.text().substr(1) : path.text();
    if (!section.each || path.fromItem()) return plain;
    // What decides over an entry may be another member of it: only where nothing does is any entry as good as another.
    if (!section.each_separators.empty() || !section.when.terms.empty() || !section.when_not.terms.empty()) return std::nullopt;
    const std::string list = firstEntries(*section.each), before = list.empty() ? "" : list + "/";
    for (std::size_t i = 0; i < kEntriesLookedAt; ++i) {
        std::string entry = before + std::to_string(i) + "/" + plain;
        if (hasText(item, entry)) return entry;
    }
    return hasText(item, before + plain) ? std::optional(before + plain) : std::nullopt;
}

bool reads(const InboundCondition& condition, const std::string& path) {
    return std::any_of(condition.terms.begin(), condition.terms.end(), [&](const auto& term) {
        return term.path.text() == path || term.path.text() == "/" + path;
    });
}

}  // namespace

GeneratedSample::GeneratedSample(
    const Adapter& with, const ReadManifest& of, const std::string& bytes, const MessageContext& beside
)
    : adapter(with),
      manifest(of),
      message(bytes),
      context(beside),
      items(adaptAll(*this)),
      first_value(firstValue(*this)),
      good(adaptSample(with, bytes, beside)) {}

std::vector<ActingRow> GeneratedSample::actingRows(const std::function<bool(const InboundRow&)>& fits) const {
    std::vector<ActingRow> found;
    if (items.empty()) return found;
    const auto acted = [&](const InboundRow& row) {
        return std::any_of(items.front().records.begin(), items.front().records.end(), [&](const AdaptedRecord& record) {
            return std::any_of(record.origins.begin(), record.origins.end(), [&](const FieldOrigin& origin) {
                return origin.rule == row.rule && origin.path == row.from.front().text;
            });
        });
    };
    for (const bool of_entries : {false, true}) {
        for (const auto& section : manifest.mapping.records) {
            if (section.each.has_value() != of_entries) continue;
            for (const auto& row : section.rows) {
                if (!isPlain(row) || !fits(row) || !acted(row)) continue;
                if (auto place = placeOf(first_value, section, row)) found.push_back({&row, *std::move(place)});
            }
        }
    }
    return found;
}

std::optional<ActingRow> GeneratedSample::findRow(const std::function<bool(const InboundRow&)>& fits) const {
    for (auto& acting : actingRows(fits)) {
        if (!decidesKind(acting)) return std::move(acting);
    }
    return std::nullopt;
}

bool GeneratedSample::decidesKind(const ActingRow& acting) const {
    const auto either = [&](const auto& rule) {
        const std::string& path = acting.row->from.front().path.text();
        return reads(rule.when, path) || reads(rule.when_not, path) || reads(rule.when, acting.path) || reads(rule.when_not, acting.path);
    };
    const auto& rules = manifest.mapping;
    return std::any_of(rules.records.begin(), rules.records.end(), either) ||
           std::any_of(rules.ignore.begin(), rules.ignore.end(), either);
}

}  // namespace yht::kit
