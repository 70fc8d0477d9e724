#include "gateway/ledger/format/evidence_kept.h"

namespace yht::ledger {

base::Status KeptCheckpoints::read(
    const std::vector<std::string>& notes, std::string_view key_name, const crypto::PublicKey& key
) {
    for (const auto& note : notes) {
        auto opened = openCheckpoint(note, key_name, key);
        if (!opened) {
            return base::makePublicError(
                base::ErrorCode::ParameterInvalid,
                "A kept checkpoint is not signed by this log key.",
                "所留存的检查点不是由该日志公钥签署。", opened.error().detail
            );
        }
        root_of_size_[opened->size] = opened->root;
    }
    return {};
}

void KeptCheckpoints::compare(std::uint64_t size, const base::Bytes& root) {
    const auto kept = root_of_size_.find(size);
    if (kept == root_of_size_.end()) return;
    ++report_.kept.checked;
    if (kept->second != root) {
        report_.add(
            report_.kept, {size, "root of the checkpoint that you kept 留存检查点的根",
                           base::toHex(kept->second), base::toHex(root)}
        );
    }
    root_of_size_.erase(kept);
}

void KeptCheckpoints::settle() {
    for (const auto& [size, root] : root_of_size_) {
        if (size <= report_.tree_size) {
            report_.kept_outside.push_back(size);
            continue;
        }
        // The log was longer once than it claims to be now: entries are gone, or the file is older
        // than what was kept.
        ++report_.kept.checked;
        report_.add(
            report_.kept, {report_.tree_size,
                           "entries of the log, by the checkpoint that you kept 留存检查点的规模",
                           "at least " + std::to_string(size), std::to_string(report_.tree_size)}
        );
    }
}

}  // namespace yht::ledger
