// The wrapped request of an operation, read by its shape: which elements there are, each where and as often as the
// schema says. Order is not judged.
// Uses: operations, xml. Used by: handlers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/intake/soap/operations.h"
#include "gateway/xml/document.h"

namespace yht::soap {

inline constexpr std::size_t kRecordsInRequestMax = 500;  // intake::kItemsMax: a further one is refused unread

/// Valid as long as the document.
class Arguments {
public:
    /// "" where absent. White space at the ends is dropped unless the shape is Text.
    std::string text(const char* name) const;
    bool has(const char* name) const { return elements_.contains(name); }
    const std::vector<xml::Element>& all(const char* name) const;

private:
    friend base::Result<Arguments> readArguments(const xml::Element& wrapper, const Operation& operation);
    std::map<std::string, std::vector<xml::Element>, std::less<>> elements_;
    std::map<std::string, Content, std::less<>> contents_;
};

/// The one operation in a Body. Errors: SoapOperation.
struct Call {
    const Operation* operation;
    xml::Element wrapper;
};
base::Result<Call> findCall(const xml::Element& body);

/// Errors: SoapArgument naming the element.
base::Result<Arguments> readArguments(const xml::Element& wrapper, const Operation& operation);

}  // namespace yht::soap
