// XML as events, piece by piece: memory does not grow with the text. The same guards as a document's.
// Uses: guarded_parser. Used by: kit (decode_xml, decode_xlsx).
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/xml/limits.h"

namespace yht::xml {

/// Views hold for the length of the call.
struct Attribute {
    std::string_view local_name, namespace_uri, value;
};
struct StartElement {
    std::string_view local_name, namespace_uri;
    std::span<const Attribute> attributes;
    /// The value of the attribute of that local name without a namespace; a view without data where absent.
    std::string_view attribute(std::string_view name) const;
};

/// Whoever listens. A false answer stops the parser, without an error.
class Events {
public:
    virtual ~Events() = default;
    virtual bool onStart(const StartElement& element) = 0;
    /// Text comes in pieces, cut anywhere between characters.
    virtual bool onText(std::string_view text) = 0;
    virtual bool onEnd() = 0;
};

/// One text, once. Moves. One thread.
class StreamParser {
public:
    /// Requires: events outlive it.
    explicit StreamParser(
        Events& events, const Limits& limits = {}, Encoding encoding = Encoding::Declared
    );
    ~StreamParser();
    StreamParser(StreamParser&&) noexcept;

    /// Cut anywhere. Nothing of an XML declaration is looked at before it is whole.
    /// Errors: limits.malformed, limits.too_large; every later call gives the same error.
    base::Status feed(std::string_view piece);
    base::Status finish();
    bool stopped() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace yht::xml
