// Profiles of far sides that are handed files or rows, and a folder whose conversation breaks where a test says.
#pragma once

#include <filesystem>
#include <fstream>

#include "adapters/kit/transport/file_store.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {

inline std::string storeProfile(const std::string& section, int batch_max) {
    return "name: store\ncharset: GBK\nsubstitute: \"〓\"\ncut_mark: \"……\"\ntime_format: \"%Y-%m-%d %H:%M:%S\"\n"
           "flag_true: \"1\"\nflag_false: \"0\"\ntransport: { batch_max: " + std::to_string(batch_max) +
           ", resend: idempotent }\n" + section +
           "kinds:\n  appeal:\n    type: SQ\n    rows:\n"
           "      - { to: XH, from: \"@seq\", max: 20, required: true }\n"
           "      - { to: GDBH, from: \"@ticket_no\", max: 40, required: true }\n"
           "      - { to: BT, from: title, max: 100, overflow: cut }\n";
}

/// A real folder; the n-th call from now on fails, before or after it had its effect.
class BreakingStore final : public FileStore {
public:
    /// `code`: what the failing call says; `after`: it says so having done it.
    struct Plan {
        int at = 0;  // 1: the next call; 0: none
        base::ErrorCode code = base::ErrorCode::PeerAnswerLost;
        bool after = false;
    };
    explicit BreakingStore(std::unique_ptr<FileStore> folder, Plan& plan) : folder_(std::move(folder)), plan_(plan) {}

    base::Result<std::vector<FileEntry>> list(const std::string& directory) override { return folder_->list(directory); }
    base::Result<FileFacts> stat(const std::string& path) override {
        if (auto broken = breaks()) return *broken;
        return folder_->stat(path);
    }
    base::Status get(const std::string& path, std::uint64_t bytes_max, const FileSink& sink) override {
        if (auto broken = breaks()) return *broken;
        return folder_->get(path, bytes_max, sink);
    }
    base::Status put(const std::string& path, std::string_view bytes) override {
        return change([&] { return folder_->put(path, bytes); });
    }
    base::Status rename(const std::string& from, const std::string& to) override {
        return change([&] { return folder_->rename(from, to); });
    }
    base::Status remove(const std::string& path) override {
        return change([&] { return folder_->remove(path); });
    }
    trust::PeerEvidence evidence() const override { return folder_->evidence(); }

private:
    std::optional<base::Error> breaks() {
        if (plan_.at == 0 || --plan_.at > 0) return std::nullopt;
        return base::makeError(plan_.code, "the test says so");
    }
    template <class Do>
    base::Status change(Do act) {
        auto broken = breaks();
        if (!broken) return act();
        if (plan_.after) {
            auto done = act();
            if (!done) return done;
        }
        return *broken;
    }

    std::unique_ptr<FileStore> folder_;
    Plan& plan_;
};

}  // namespace yht::kit
