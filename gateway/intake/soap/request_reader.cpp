#include "gateway/intake/soap/request_reader.h"

#include <algorithm>

namespace yht::soap {
namespace {

using base::ErrorCode;
using xml::Element;

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::size_t kNameShownBytesMax = 64;

base::Error wrong(std::string_view name, const char* en, const char* zh) {
    const std::string shown(name.substr(0, kNameShownBytesMax));
    return base::makePublicError(ErrorCode::SoapArgument, shown + ' ' + en, shown + ' ' + zh);
}

const Shape* shapeOf(const Operation& operation, std::string_view name) {
    const auto found = std::find_if(operation.request.begin(), operation.request.end(), [&](const Shape& each) {
        return name == each.name;
    });
    return found == operation.request.end() ? nullptr : &*found;
}

bool isPlain(const Shape& shape) { return shape.content != Content::Record && shape.content != Content::Bytes; }

}  // namespace

std::string Arguments::text(const char* name) const {
    const auto found = elements_.find(name);
    if (found == elements_.end()) return {};
    const std::string text = found->second.front().text();
    if (contents_.at(name) == Content::Text) return text;
    const auto first = text.find_first_not_of(kSpace);
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

const std::vector<Element>& Arguments::all(const char* name) const {
    static const std::vector<Element> none;
    const auto found = elements_.find(name);
    return found == elements_.end() ? none : found->second;
}

base::Result<Call> findCall(const Element& body) {
    const auto wrapper = body.firstChild();
    if (!wrapper || wrapper->nextSibling() || wrapper->namespaceUri() != kNamespace) {
        return base::makeError(ErrorCode::SoapOperation);
    }
    const Operation* operation = findOperation(wrapper->localName());
    if (operation == nullptr) return base::makeError(ErrorCode::SoapOperation);
    return Call{operation, *wrapper};
}

base::Result<Arguments> readArguments(const Element& wrapper, const Operation& operation) {
    Arguments arguments;
    for (auto element = wrapper.firstChild(); element; element = element->nextSibling()) {
        const std::string name(element->localName());
        const Shape* shape = element->namespaceUri() == kNamespace ? shapeOf(operation, name) : nullptr;
        if (shape == nullptr) return wrong(name, "is no element of this operation.", "不是该操作的元素。");
        if (isPlain(*shape) && element->firstChild()) return wrong(name, "holds text only.", "中只能有文本。");
        auto& given = arguments.elements_[name];
        if (!given.empty() && !shape->many) return wrong(name, "stands twice.", "出现两次。");
        if (given.size() == kRecordsInRequestMax) {
            return base::makePublicError(
                ErrorCode::TooManyItems, "A request carries at most 500 records.", "一次最多报送 500 条记录。"
            );
        }
        given.push_back(*element);
        arguments.contents_[name] = shape->content;
    }
    for (const Shape& shape : operation.request) {
        if (shape.required && !arguments.has(shape.name)) return wrong(shape.name, "is missing.", "缺失。");
    }
    return arguments;
}

}  // namespace yht::soap
