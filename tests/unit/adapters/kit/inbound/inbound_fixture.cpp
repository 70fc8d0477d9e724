#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

#include <atomic>
#include <fstream>

#include <unistd.h>

namespace yht::kit {

SourceFolder::SourceFolder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            ("yht-inbound-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    source("source.yaml", "id: s\ntitle: t\nproduct: p\n");
    product("product.yaml", "product: p\ndecode: { format: json }\n");
}

SourceFolder::~SourceFolder() {
    std::filesystem::remove_all(path_);
}

void SourceFolder::write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
}

std::string SourceFolder::problems() const {
    const auto adapter = load();
    return adapter ? "" : adapter.error().detail;
}

void writeProcessSource(
    const SourceFolder& folder, const std::string& rows, const std::string& more
) {
    folder.product("mapping.yaml", "null_tokens: [\"无\"]\n" + more + R"(
records:
  step:
    kind: process
    rows:
      record_ref: id
      ticket_ref: id
      event_time: { from: at, default: "2019-04-18T09:00:00+08:00" }
      process_type: { const: "39" }
)" + rows);
}

std::vector<AdaptedItem> adapt(
    const Adapter& adapter, const std::string& message, const MessageContext& context,
    const std::vector<ItemPatch>& patches
) {
    std::vector<AdaptedItem> items;
    const auto status = adapter.adapt(message, context, patches, [&](AdaptedItem&& item) {
        items.push_back(std::move(item));
        return true;
    });
    if (!status) {
        AdaptedItem failed;
        failed.index = items.size();
        failed.failure = status.error();
        items.push_back(std::move(failed));
    }
    return items;
}

std::string errorsOf(const AdaptedItem& item) {
    if (!item.failure) return "";
    std::string all;
    for (const auto& field : item.failure->fields)
        all += (all.empty() ? "" : ", ") + field.code + " " + field.pointer;
    return all.empty() ? base::errorRow(item.failure->code).wire : all;
}

}  // namespace yht::kit
