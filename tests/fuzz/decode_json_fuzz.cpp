// JSON messages: the whole, a list inside, one a line. First byte: which.
#include "tests/fuzz/decoder_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    std::string_view message = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(message);
    auto rules = fuzz::rulesFor(kit::Format::Json, "UTF-8");
    if ((choice & 1U) != 0) rules.items = "data/rows";
    rules.lines = (choice & 3U) == 2;
    rules.items_required = (choice & 4U) == 0;
    rules.array_paths = {"files"};
    fuzz::claimDecoder(rules, message);
    return 0;
}
