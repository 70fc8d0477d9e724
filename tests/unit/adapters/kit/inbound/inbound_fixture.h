// A source in a temporary folder, written by a test in a few lines, and what its messages become.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "adapters/kit/inbound/adapter.h"

namespace yht::kit {

inline constexpr base::UnixMillis kApril = 1'555'551'015'120;  // 2019-04-18T09:30:15.120+08:00

/// Folders sources/s and products/p that go with their owner.
class SourceFolder {
public:
    SourceFolder();
    ~SourceFolder();
    SourceFolder(const SourceFolder&) = delete;
    SourceFolder& operator=(const SourceFolder&) = delete;

    void product(const std::string& name, const std::string& text) const {
        write("products/p/" + name, text);
    }
    void source(const std::string& name, const std::string& text) const {
        write("sources/s/" + name, text);
    }
    std::string sources() const { return (path_ / "sources").string(); }
    std::string products() const { return (path_ / "products").string(); }

    base::Result<std::shared_ptr<const Adapter>> load() const {
        return Adapter::load(sources(), products(), "s");
    }
    /// The mistakes of a load that must fail, "" where it does not.
    std::string problems() const;

private:
    void write(const std::string& name, const std::string& text) const;
    std::filesystem::path path_;
};

/// A process record of JSON objects: `rows` (YAML, indented by six) beside what every record needs;
/// `more` is added to mapping.yaml.
void writeProcessSource(
    const SourceFolder& folder, const std::string& rows, const std::string& more = ""
);

/// The items of one message; a message's own error becomes a last failed item.
std::vector<AdaptedItem> adapt(
    const Adapter& adapter, const std::string& message,
    const MessageContext& context = {.received_ms = kApril},
    const std::vector<ItemPatch>& patches = {}
);
/// "code target-pointer" of every field error, joined with ", "; the wire code where there is none;
/// "" where records came.
std::string errorsOf(const AdaptedItem& item);

}  // namespace yht::kit
