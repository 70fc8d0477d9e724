#include "adapters/kit/xml_value.h"

#include "gateway/xml/stream_parser.h"

namespace yht::kit {
namespace {

using rapidjson::Value;

/// Fed with the element's events; never deeper than the document.
class ValueBuilder final : public xml::Events {
public:
    explicit ValueBuilder(rapidjson::Document& document) : document_(document) {}

    bool onStart(const xml::StartElement& element) override {
        Open& open = open_.emplace_back();
        open.name = std::string(element.local_name);
        for (const auto& each : element.attributes)
            add(open, "@" + std::string(each.local_name), text(each.value));
        return !overfull_;
    }
    bool onText(std::string_view piece) override {
        open_.back().text.append(piece);
        return true;
    }
    bool onEnd() override {
        Open open = std::move(open_.back());
        open_.pop_back();
        Value value = std::move(open.members);
        if (value.ObjectEmpty()) {
            value = text(open.text);
        } else if (open.text.find_first_not_of(" \t\r\n") != open.text.npos) {
            value.AddMember(text("#text"), text(open.text), document_.GetAllocator());
        }
        if (open_.empty()) value.Swap(document_);
        else add(open_.back(), open.name, std::move(value));
        return !overfull_;
    }
    bool overfull() const { return overfull_; }

private:
    struct Open {
        std::string name, text;
        Value members{rapidjson::kObjectType};
    };

    Value text(std::string_view view) {
        return {view.data(), static_cast<rapidjson::SizeType>(view.size()), document_.GetAllocator()};
    }

    void add(Open& into, const std::string& name, Value value) {
        auto& allocator = document_.GetAllocator();
        const auto found = into.members.FindMember(name);
        if (found == into.members.MemberEnd()) {
            overfull_ = overfull_ || into.members.MemberCount() >= kXmlMembersMax;
            into.members.AddMember(text(name), std::move(value), allocator);
        } else if (found->value.IsArray()) {
            found->value.PushBack(std::move(value), allocator);
        } else {
            Value list(rapidjson::kArrayType);
            list.PushBack(found->value.Move(), allocator).PushBack(std::move(value), allocator);
            found->value = std::move(list);
        }
    }

    rapidjson::Document& document_;
    std::vector<Open> open_;
    bool overfull_ = false;
};

}  // namespace

std::optional<rapidjson::Document> xmlValue(const xml::Element& element) {
    rapidjson::Document document;
    ValueBuilder builder(document);
    if (!element.replay(builder) || builder.overfull()) return std::nullopt;
    return document;
}

}  // namespace yht::kit
