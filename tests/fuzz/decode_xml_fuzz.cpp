// XML by path, by XPath and as a whole, in the encoding that it declares or in GBK. First byte: which.
#include "tests/fuzz/decoder_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    std::string_view message = fuzz::viewOf(data, size);
    const unsigned choice = fuzz::takeChoice(message);
    auto rules = fuzz::rulesFor(kit::Format::Xml, (choice & 4U) != 0 ? "GBK" : "");
    constexpr const char* kItems[] = {"", "Body/Row", "Row", "//Row[@a]"};
    rules.items = kItems[choice & 3U];
    rules.xml.attributes = (choice & 8U) == 0;
    if ((choice & 16U) != 0) rules.xml.cells = "cell/@name";
    rules.array_paths = {"files/file"};
    fuzz::claimDecoder(rules, message);
    return 0;
}
