// An XPath expression over a document. The input: expression, line feed, document.
#include "gateway/xml/xpath.h"

#include "tests/fuzz/claim.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    const std::string_view input = fuzz::viewOf(data, size);
    const std::size_t end = std::min(input.find('\n'), input.size());
    const auto document = xml::Document::parse(input.substr(std::min(end + 1, input.size())));
    if (!document) {
        FUZZ_CLAIM(
            document.error().code == base::ErrorCode::RequestMalformed ||
            document.error().code == base::ErrorCode::BodyTooLarge
        );
        return 0;
    }
    xml::XPathLimits limits;
    limits.operations_max = 100'000;
    limits.elements_max = 100;
    const auto elements = xml::selectElements(
        *document, std::string(input.substr(0, std::min<std::size_t>(end, 200))), {{"p", "urn:p"}},
        limits
    );
    if (elements) FUZZ_CLAIM(elements->size() <= limits.elements_max);
    return 0;
}
