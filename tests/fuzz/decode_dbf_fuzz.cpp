// DBF tables, in the charset that they name or in GBK. First byte: which.
#include "tests/fuzz/decoder_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    std::string_view message = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(message);
    fuzz::claimDecoder(fuzz::rulesFor(kit::Format::Dbf, (choice & 1U) != 0 ? "GBK" : ""), message);
    return 0;
}
