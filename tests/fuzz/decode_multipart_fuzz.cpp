// Multipart forms, and a CSV file inside one. First byte: which.
#include "tests/fuzz/decoder_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    std::string_view message = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(message);
    auto rules = fuzz::rulesFor(kit::Format::Multipart, (choice & 1U) != 0 ? "GBK" : "UTF-8");
    if ((choice & 2U) != 0) {
        rules.inner.element = "file";
        rules.inner_rules =
            std::make_shared<kit::DecodeRules>(fuzz::rulesFor(kit::Format::Csv, "GBK"));
    }
    fuzz::claimDecoder(rules, message);
    return 0;
}
