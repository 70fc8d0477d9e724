#include "gateway/xml/stream_parser.h"

#include <vector>

#include "gateway/xml/guarded_parser.h"

namespace yht::xml {
namespace {

class Forward final : public ParserEvents {
public:
    explicit Forward(Events& events) : events_(events) {}

    bool onStart(xmlParserCtxt*, const Start& start) override {
        attributes_.clear();
        for (int i = 0; i < start.attribute_count; ++i) {
            // local name, prefix, URI, begin and end of the value
            const xmlChar** five = start.attributes + 5 * static_cast<std::ptrdiff_t>(i);
            const auto bytes = static_cast<std::size_t>(five[4] - five[3]);
            attributes_.push_back(
                {viewOf(five[0]), viewOf(five[2]), {reinterpret_cast<const char*>(five[3]), bytes}}
            );
        }
        return events_.onStart({viewOf(start.local_name), viewOf(start.uri), attributes_});
    }
    bool onEnd(xmlParserCtxt*, const xmlChar*, const xmlChar*, const xmlChar*) override {
        return events_.onEnd();
    }
    bool onText(xmlParserCtxt*, const xmlChar* text, int bytes) override {
        return events_.onText({reinterpret_cast<const char*>(text), static_cast<std::size_t>(bytes)}
        );
    }

private:
    Events& events_;
    std::vector<Attribute> attributes_;
};

}  // namespace

std::string_view StartElement::attribute(std::string_view name) const {
    for (const Attribute& each : attributes) {
        if (each.local_name == name && each.namespace_uri.empty()) return each.value;
    }
    return {};
}

struct StreamParser::State {
    State(Events& events, const Limits& limits, Encoding encoding)
        : forward(events), parser(forward, limits, encoding) {}
    Forward forward;
    GuardedParser parser;
};

StreamParser::StreamParser(Events& events, const Limits& limits, Encoding encoding)
    : state_(std::make_unique<State>(events, limits, encoding)) {}
StreamParser::~StreamParser() = default;
StreamParser::StreamParser(StreamParser&&) noexcept = default;

base::Status StreamParser::feed(std::string_view piece) {
    return state_->parser.feed(piece);
}
base::Status StreamParser::finish() {
    return state_->parser.finish();
}
bool StreamParser::stopped() const {
    return state_->parser.stopped();
}

}  // namespace yht::xml
