#include "adapters/kit/inbound/attachment_values.h"

namespace yht::kit {
namespace {

/// The one text that the path finds in the entry, "" where it finds none or several.
std::string onlyText(const Path* path, const RowScope& scope, const ItemValue& entry) {
    std::vector<const ItemValue*> found;
    if (path != nullptr) path->find(scope.item, entry, found);
    const bool text = found.size() == 1 && found.front()->isScalar();
    return text ? std::string(trimmed(found.front()->text())) : "";
}

/// A path stands below the base; what is a URL already is one.
std::string contentOf(const AttachmentRules& rules, std::string_view piece) {
    const bool whole = piece.starts_with("https://") || piece.starts_with("http://");
    return (whole ? "" : rules.base_url) + std::string(piece);
}

}  // namespace

std::vector<const ItemValue*> flatEntries(const std::vector<const ItemValue*>& found) {
    std::vector<const ItemValue*> entries;
    for (const auto* value : found) {
        if (value->type() == ItemType::List) {
            for (const auto& one : value->items()) entries.push_back(&one);
        } else if (value->type() != ItemType::Null) {
            entries.push_back(value);
        }
    }
    return entries;
}

bool addAttachments(
    const AttachmentRules& rules, const RowScope& scope, const Words& null_tokens, AdaptedItem& into
) {
    const Path* name = rules.file_name ? &*rules.file_name : nullptr;
    const Path* media_type = rules.media_type ? &*rules.media_type : nullptr;
    std::vector<const ItemValue*> found;
    rules.each.find(scope.item, scope.entry, found);
    for (const auto* entry : flatEntries(found)) {
        const std::string content = onlyText(&rules.content, scope, *entry);
        for (const auto piece : partsOf(content, rules.separators)) {
            if (null_tokens.contains(piece)) continue;
            if (into.attachments.size() >= kValuesMax) return false;
            into.attachments.push_back(
                {rules.kind, contentOf(rules, piece), onlyText(name, scope, *entry),
                 onlyText(media_type, scope, *entry), rules.attachment_type,
                 into.records.size() - 1}
            );
        }
    }
    return true;
}

}  // namespace yht::kit
