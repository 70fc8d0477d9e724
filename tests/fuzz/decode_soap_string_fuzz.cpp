// JSON and XML inside a string inside SOAP. First byte: which.
#include "tests/fuzz/decoder_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    std::string_view message = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(message);
    auto rules = fuzz::rulesFor(kit::Format::SoapString, "");
    rules.inner.element = "strThird";
    if ((choice & 2U) != 0) rules.inner.operation = "SubmitThird";
    auto inner = fuzz::rulesFor((choice & 1U) != 0 ? kit::Format::Xml : kit::Format::Json, "UTF-8");
    rules.inner_rules = std::make_shared<kit::DecodeRules>(inner);
    fuzz::claimDecoder(rules, message);
    return 0;
}
