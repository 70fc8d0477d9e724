// CSV and TSV in several charsets and dialects. First byte: which.
#include "tests/fuzz/decoder_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    std::string_view message = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(message);
    constexpr const char* kCharsets[] = {"UTF-8", "GBK", "GB18030", "UTF-16LE"};
    auto rules = fuzz::rulesFor(
        (choice & 4U) != 0 ? kit::Format::Tsv : kit::Format::Csv, kCharsets[choice & 3U]
    );
    if ((choice & 8U) != 0) rules.table.delimiter = '|';
    if ((choice & 16U) != 0) rules.table.quote = '\0';
    rules.table.trim = (choice & 32U) != 0;
    rules.table.short_rows = (choice & 64U) != 0;
    if ((choice & 128U) != 0) {
        rules.table.header_row = 0;
        rules.table.names = {"a", "b"};
    }
    fuzz::claimDecoder(rules, message);
    return 0;
}
