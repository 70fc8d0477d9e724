#include "tests/unit/gateway/intake/admission/line_adapter.h"

#include <stdexcept>

#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"

namespace yht::intake {
namespace {

using base::ErrorCode;

ticket::Value valueOf(const rapidjson::Value& value) {
    if (!value.IsArray()) return std::string(value.GetString(), value.GetStringLength());
    std::vector<std::string> texts;
    for (const auto& text : value.GetArray()) texts.emplace_back(text.GetString());
    return texts;
}

/// "/row/" and the field's name, for ever: an origin's texts are as long-lived as its adapter.
std::string_view pathOf(const ticket::FieldRow& field) {
    static std::map<ticket::Field, std::string> paths;
    return paths.try_emplace(field.field, std::string("/row/") + field.name).first->second;
}

/// Every value came from there.
kit::AdaptedRecord recordOf(const rapidjson::Value& object) {
    ticket::Kind kind = ticket::Kind::Appeal;
    for (const auto& row : ticket::kindTable()) {
        if (json::textMember(object, "kind") == row.name) kind = row.kind;
    }
    kit::AdaptedRecord made{ticket::Record(kind), {}};
    for (const auto& member : object.GetObject()) {
        const ticket::FieldRow* field = ticket::findField(kind, member.name.GetString());
        if (field == nullptr) continue;
        made.record.set(field->field, valueOf(member.value));
        made.origins.push_back({.field = field->field, .rule = "map:1", .path = pathOf(*field)});
    }
    return made;
}

void addAttachments(const rapidjson::Value& object, kit::AdaptedItem& item) {
    using Kind = kit::AdaptedAttachment::Kind;
    const rapidjson::Value* list = json::findMember(object, "attachments");
    if (list == nullptr) return;
    for (const auto& one : list->GetArray()) {
        const std::string kind = json::textMember(one, "kind");
        item.attachments.push_back(
            {kind == "value" ? Kind::Value : kind == "url" ? Kind::Url : Kind::TwoStep,
             json::textMember(one, "content"), json::textMember(one, "file_name"), "", "1", item.records.size() - 1}
        );
    }
}

}  // namespace

LineAdapter::LineAdapter(std::string source) {
    manifest_.id = manifest_.source = std::move(source);
    manifest_.lifecycle = kit::Lifecycle::Live;
    manifest_.decode.format = kit::Format::Json;
}

kit::AdaptedItem LineAdapter::adaptLine(
    const std::string& line, std::uint64_t index, const std::vector<kit::ItemPatch>& patches
) const {
    kit::AdaptedItem item;
    if (line.starts_with("ignore ") || line == "cut") {
        item.fate = kit::ItemFate::Ignored;
        item.ignored_by = line == "cut" ? "cut" : line.substr(7);
        return item;
    }
    if (line == "drop" || line == "cut drop" || line.starts_with(' ')) {  // a blanked line, too
        item.failure = base::makeError(ErrorCode::ItemUnmapped);
        return item;
    }
    std::string text = line, path;
    if (line.starts_with("crash ")) {
        if (!mended_) throw std::runtime_error("crash");
        text = line.substr(6);
    }
    const kit::ItemPatch* patch = nullptr;
    if (line.starts_with("fail ")) {
        path = line.substr(5, line.find(' ', 5) - 5);
        text = line.substr(line.find('{'));
        for (const auto& each : patches) {
            if (each.index == index && each.path == path) patch = &each;
        }
        if (patch == nullptr && !mended_) {
            item.failure = base::makeError(ErrorCode::ItemUnmapped);
            item.failure->fields.push_back({path, "unmapped", "", "Not in the table.", "对照表中没有。"});
            return item;
        }
    }
    const auto document = json::parse(text).value();
    item.fate = kit::ItemFate::Records;
    if (document.IsArray()) {
        for (const auto& object : document.GetArray()) {
            item.records.push_back(recordOf(object));
            addAttachments(object, item);
        }
    } else {
        item.records.push_back(recordOf(document));
        addAttachments(document, item);
    }
    if (patch != nullptr) {
        ticket::Record& record = item.records[0].record;
        const auto* field = ticket::findField(record.kind(), path.substr(path.rfind('/') + 1));
        record.set(field->field, patch->text);
    }
    return item;
}

base::Status LineAdapter::adapt(
    std::string_view message, const kit::MessageContext& context,
    const std::vector<kit::ItemPatch>& patches, const kit::AdaptedSink& sink
) const {
    ++passes_;
    if (!context.file_name.empty()) last_context_ = context;
    std::uint64_t index = 0, line_no = 0;
    for (std::size_t begin = 0; begin < message.size(); ++index) {
        ++line_no;
        const std::size_t end = std::min(message.find('\n', begin), message.size());
        const std::string line(message.substr(begin, end - begin));
        if (line.starts_with("cut") && !reads_on_) return base::makeError(ErrorCode::ItemUndecodable);
        if (line == "drop" && reads_on_) {
            --index;
            begin = end + 1;
            continue;
        }
        kit::AdaptedItem item = adaptLine(line, index, patches);
        if (!attachments_) item.attachments.clear();
        for (auto& each : item.records) {
            if (!context.origin.empty()) each.record.set(ticket::Field::origin, context.origin);
        }
        item.index = index;
        item.place = "line " + std::to_string(line_no);
        if (slices_) {
            item.raw_offset = begin;
            item.raw_bytes = line.size();
        } else if (line.find("drop") == line.npos) {  // those can't be decoded
            item.value_digest = crypto::sha256(line);
        }
        if (!sink(std::move(item))) return {};
        begin = end + 1;
    }
    return {};
}

}  // namespace yht::intake
