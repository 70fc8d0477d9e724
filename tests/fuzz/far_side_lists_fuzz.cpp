// What servers of files say before a file is read. First byte: 0 an SSH server's key exchange, else a directory's listing.
#include "adapters/kit/transport/directory_lines.h"
#include "adapters/kit/transport/ssh_offer.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace yht;

void claimOffer(std::string_view packet) {
    const auto names = kit::readOfferedHostKeys(packet);
    if (!names.ok()) {
        FUZZ_CLAIM(names.error().code == base::ErrorCode::PeerAnswerInvalid);
        return;
    }
    FUZZ_CLAIM(!names->empty());
    std::size_t bytes = 0;
    for (const auto& name : *names) {
        FUZZ_CLAIM(!name.empty() && name.size() <= 64 && name.find(',') == std::string::npos);
        for (const char c : name) FUZZ_CLAIM(c > 0x20 && c < 0x7F);
        bytes += name.size() + 1;
    }
    FUZZ_CLAIM(bytes <= packet.size());
    (void)kit::offersOnlyRsaSha2(*names);
}

void claimListing(std::string_view listing) {
    const auto files = kit::readDirectoryLines(listing);
    if (!files.ok()) {
        FUZZ_CLAIM(files.error().code == base::ErrorCode::PeerAnswerInvalid);
        return;
    }
    FUZZ_CLAIM(files->size() <= kit::kListedFilesMax);
    for (std::size_t i = 0; i < files->size(); ++i) {
        FUZZ_CLAIM(kit::isPlainFileName((*files)[i].name));
        FUZZ_CLAIM(kit::isPlainPath("/d/" + (*files)[i].name) || (*files)[i].name.size() > 200);
        FUZZ_CLAIM(i == 0 || (*files)[i - 1].name <= (*files)[i].name);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = fuzz::viewOf(data, size);
    if (fuzz::takeChoice(input) == 0) claimOffer(input);
    else claimListing(input);
    return 0;
}
