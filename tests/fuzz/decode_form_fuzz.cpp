// Forms in UTF-8 and GBK. First byte: which.
#include "tests/fuzz/decoder_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    std::string_view message = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(message);
    auto rules = fuzz::rulesFor(kit::Format::Form, (choice & 1U) != 0 ? "GBK" : "UTF-8");
    rules.array_paths = {"a"};
    fuzz::claimDecoder(rules, message);
    return 0;
}
