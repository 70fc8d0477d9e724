// Which path is whose: the endpoints of every source that takes messages, with what their callers are known by. Immutable;
// a reload puts another in its place, and a request is answered by the one that it found.
// Uses: kit/inbound, trust. Used by: channel_desk, app.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/intake/admission/source_adapters.h"
#include "gateway/trust/channel_verifier.h"

namespace yht::channels {

inline constexpr std::size_t kSecretBytesMin = 8;
inline constexpr const char* kChannelsPrefix = "/channels/";

struct Channel {
    std::shared_ptr<const kit::Adapter> adapter;  // keeps `rules` alive
    const kit::EndpointRules* rules = nullptr;
    std::string path;   // as the rules declare it
    trust::ChannelRules caller;
};

struct ChannelSetting {
    /// The bytes behind "file:NAME" of a manifest. Errors: ConfigInvalid.
    std::function<base::Result<std::string>(const std::string& reference)> read_secret;
    bool certificates_asked = false;  // whether the listener asks for client certificates
};

/// Immutable. Thread-safety: any thread.
class ChannelTable {
public:
    ChannelTable() = default;
    /// Endpoints of live and shadow sources. Errors: ConfigInvalid, `detail` a line for every mistake: two sources at one
    /// path, no partner or several that may speak, a secret that is missing or short, certificates that are never asked.
    static base::Result<std::shared_ptr<const ChannelTable>> make(
        const intake::SourceAdapters& adapters, const trust::TrustSnapshot& trust, const ChannelSetting& setting
    );
    /// `path`: of the request, as it came, without query. nullptr: nobody's.
    const Channel* find(const std::string& path) const;
    std::size_t size() const { return paths_.size(); }

private:
    std::map<std::string, std::shared_ptr<const Channel>> paths_;
};

/// Thread-safety: any thread.
class ChannelTableHolder {
public:
    explicit ChannelTableHolder(std::shared_ptr<const ChannelTable> table) : table_(std::move(table)) {}
    std::shared_ptr<const ChannelTable> current() const {
        const std::lock_guard lock(mutex_);
        return table_;
    }
    void replace(std::shared_ptr<const ChannelTable> table) {
        const std::lock_guard lock(mutex_);
        table_ = std::move(table);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const ChannelTable> table_;  // protected by mutex_
};

}  // namespace yht::channels
