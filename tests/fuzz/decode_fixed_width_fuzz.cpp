// Lines of fixed width, with and without line ends. First byte: which.
#include "tests/fuzz/decoder_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    std::string_view message = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(message);
    auto rules = fuzz::rulesFor(kit::Format::FixedWidth, (choice & 1U) != 0 ? "UTF-8" : "GBK");
    rules.table.columns = {{"a", 0, 4}, {"b", 4, 6}, {"c", 12, 3}};
    if ((choice & 2U) != 0) rules.table.line_bytes = 15;
    rules.table.short_rows = (choice & 4U) != 0;
    fuzz::claimDecoder(rules, message);
    return 0;
}
