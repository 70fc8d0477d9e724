// A manifest, its mapping, a table, functions, and a message: whatever they say, an adapter is refused with its mistakes, or
// gives every item one of the three fates, the same ones each time. Parts of an input, each but the last ended by a line
// "----": product.yaml, mapping.yaml, t.csv, functions.lua, the message. What is missing is empty.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/base/text.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace yht;

constexpr std::string_view kEnd = "\n----\n";
constexpr std::size_t kParts = 5;
constexpr std::size_t kInputBytesMax = 1U << 20;
constexpr std::uint64_t kItemsMax = 200;

/// The folders of one source, removed when the program ends.
class Folders {
public:
    Folders() {
        FUZZ_CLAIM(::mkdtemp(root_.data()) != nullptr);
        for (const char* name : {"/sources", "/sources/s", "/products", "/products/p"}) ::mkdir((root_ + name).c_str(), 0700);
        write("/sources/s/source.yaml", "id: s\ntitle: s\nproduct: p\n");
    }
    ~Folders() {
        for (const char* name : {"/sources/s/source.yaml", "/products/p/product.yaml", "/products/p/mapping.yaml",
                                 "/products/p/t.csv", "/products/p/functions.lua"})
            ::unlink((root_ + name).c_str());
        for (const char* name : {"/sources/s", "/sources", "/products/p", "/products", ""}) ::rmdir((root_ + name).c_str());
    }
    void write(const std::string& name, std::string_view text) const {
        std::ofstream(root_ + name, std::ios::binary | std::ios::trunc) << text;
    }
    void removeFunctions() const { ::unlink((root_ + "/products/p/functions.lua").c_str()); }
    std::string sources() const { return root_ + "/sources"; }
    std::string products() const { return root_ + "/products"; }

private:
    std::string root_ = "/tmp/yht-fuzz-XXXXXX";
};

std::array<std::string_view, kParts> partsOf(std::string_view input) {
    std::array<std::string_view, kParts> parts;
    for (std::size_t i = 0; i < kParts; ++i) {
        const auto end = i + 1 < kParts ? input.find(kEnd) : std::string_view::npos;
        parts[i] = input.substr(0, end);
        if (end == std::string_view::npos) break;
        input.remove_prefix(end + kEnd.size());
    }
    return parts;
}

bool isItemError(base::ErrorCode code) {
    return code == base::ErrorCode::ItemUndecodable || code == base::ErrorCode::ItemTooLarge ||
           code == base::ErrorCode::ItemUnmapped || code == base::ErrorCode::ItemFunctionFailed;
}

std::string textOf(const ticket::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    std::string all;
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        for (const auto& each : *list) all += each + "\n";
    } else {
        for (const auto& [name, text] : std::get<std::map<std::string, std::string>>(value)) all += name + "=" + text + "\n";
    }
    return all;
}

/// What came out, as a text. Claims on the way.
std::string outcome(const kit::Adapter& adapter, std::string_view message) {
    std::string told;
    std::uint64_t next = 0;
    kit::MessageContext context;
    context.received_ms = 1'555'551'000'000;
    context.trace = true;
    const auto status = adapter.adapt(message, context, {}, [&](kit::AdaptedItem&& item) {
        FUZZ_CLAIM(item.index == next++);
        FUZZ_CLAIM(item.raw_offset + item.raw_bytes <= message.size());
        switch (item.fate) {
            case kit::ItemFate::Records:
                FUZZ_CLAIM(!item.records.empty() && !item.failure && item.ignored_by.empty());
                break;
            case kit::ItemFate::Failed:
                FUZZ_CLAIM(item.records.empty() && item.failure && isItemError(item.failure->code));
                told += item.failure->row().wire;
                for (const auto& field : item.failure->fields) told += field.pointer + field.code + "\n";
                break;
            case kit::ItemFate::Ignored:
                FUZZ_CLAIM(item.records.empty() && !item.failure && !item.ignored_by.empty());
                told += item.ignored_by + "\n";
                break;
        }
        for (const auto& record : item.records) {
            for (const auto& [field, value] : record.record.fields()) {
                const std::string text = textOf(value);
                FUZZ_CLAIM(base::countCodePoints(text).has_value());
                told += std::string(ticket::fieldRow(field).name) + " " + text + "\n";
            }
            for (const auto& origin : record.origins) FUZZ_CLAIM(!origin.rule.empty());
        }
        return next < kItemsMax;
    });
    if (!status) FUZZ_CLAIM(isItemError(status.error().code));
    return told;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folders folders;
    const std::string_view input = fuzz::viewOf(data, size);
    if (input.size() > kInputBytesMax) return 0;
    const auto parts = partsOf(input);
    folders.write("/products/p/product.yaml", parts[0]);
    folders.write("/products/p/mapping.yaml", parts[1]);
    folders.write("/products/p/t.csv", parts[2]);
    if (parts[3].empty()) folders.removeFunctions();
    else folders.write("/products/p/functions.lua", parts[3]);
    const auto adapter = kit::Adapter::load(folders.sources(), folders.products(), "s");
    if (!adapter) {
        FUZZ_CLAIM(adapter.error().code == base::ErrorCode::ManifestInvalid);
        FUZZ_CLAIM(!adapter.error().detail.empty());
        return 0;
    }
    FUZZ_CLAIM((*adapter)->version().size() == 16);
    const std::string first = outcome(**adapter, parts[4]);
    FUZZ_CLAIM(first == outcome(**adapter, parts[4]));
    return 0;
}
