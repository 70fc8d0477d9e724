// A manifest with everything that it may hold (endpoints, pull, attachments, results …): a product, a source's patch over it, and
// a mapping. It is taken, or refused with its mistakes; what it comes to can be printed. Parts of an input, each but the last
// ended by a line "----": source.yaml, product.yaml, mapping.yaml. What is missing is empty.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "adapters/kit/inbound/manifest_reader.h"
#include "gateway/base/text.h"
#include "gateway/json/json.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace yht;

constexpr std::string_view kEnd = "\n----\n";
constexpr std::size_t kInputBytesMax = 1U << 18;
constexpr const char* kFiles[] = {"/sources/s/source.yaml", "/products/p/product.yaml", "/products/p/mapping.yaml"};

/// The folders of one source, removed when the program ends.
class Folders {
public:
    Folders() {
        FUZZ_CLAIM(::mkdtemp(root_.data()) != nullptr);
        for (const char* name : {"/sources", "/sources/s", "/products", "/products/p"}) ::mkdir((root_ + name).c_str(), 0700);
    }
    ~Folders() {
        for (const char* name : kFiles) ::unlink((root_ + name).c_str());
        for (const char* name : {"/sources/s", "/sources", "/products/p", "/products", ""}) ::rmdir((root_ + name).c_str());
    }
    void write(std::string_view input) const {
        for (const char* name : kFiles) {
            const auto end = name == kFiles[2] ? std::string_view::npos : input.find(kEnd);
            std::ofstream(root_ + name, std::ios::binary | std::ios::trunc) << input.substr(0, end);
            input = end == std::string_view::npos ? std::string_view() : input.substr(end + kEnd.size());
        }
    }
    std::string sources() const { return root_ + "/sources"; }
    std::string products() const { return root_ + "/products"; }

private:
    std::string root_ = "/tmp/yht-fuzz-XXXXXX";
};

void claimMistakes(const base::Error& error) {
    FUZZ_CLAIM(error.code == base::ErrorCode::ManifestInvalid);
    FUZZ_CLAIM(!error.detail.empty());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folders folders;
    const std::string_view input = fuzz::viewOf(data, size);
    if (input.size() > kInputBytesMax) return 0;
    folders.write(input);
    const auto tree = kit::readManifestTree(folders.sources(), folders.products(), "s");
    if (!tree.ok()) {
        claimMistakes(tree.error());
        return 0;
    }
    const std::string shown = kit::effectiveText(*tree);
    FUZZ_CLAIM(shown == kit::effectiveText(*tree));
    const std::string json = kit::effectiveJson(*tree);
    if (base::countCodePoints(json)) FUZZ_CLAIM(json::parse(json, {.depth_max = 64, .values_max = 1'000'000, .members_max = 1'000'000}).ok());
    const auto read = kit::readManifest(*tree, "s");
    if (!read.ok()) {
        claimMistakes(read.error());
        return 0;
    }
    const kit::Manifest& manifest = read->manifest;
    FUZZ_CLAIM(manifest.id == "s" && manifest.product == "p" && !manifest.source.empty());
    FUZZ_CLAIM(manifest.assurance_min >= 1 && manifest.assurance_min <= 5);
    for (const auto& [name, reference] : manifest.secrets) FUZZ_CLAIM(!name.empty() && reference.starts_with("file:"));
    FUZZ_CLAIM(kit::makeDecoder(manifest.decode).ok() || !manifest.decode.charset.empty());
    for (const auto& endpoint : manifest.endpoints) FUZZ_CLAIM(!endpoint.paths.empty());
    return 0;
}
