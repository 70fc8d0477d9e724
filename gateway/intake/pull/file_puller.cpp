// Files of a folder, over SFTP or FTPS. A file is read when it is finished, once: its size, time and digest are
// remembered where it stays. A file that was overwritten is read anew; what it repeats comes out as duplicates.
#include <fnmatch.h>

#include <algorithm>

#include "adapters/kit/transport/file_store.h"
#include "gateway/crypto/digest.h"
#include "gateway/intake/pull/puller.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using kit::FileEntry;
using kit::FileFacts;
using kit::FilesPull;
using kit::FinishedRule;

struct Candidate {
    std::string name;
    FileFacts facts;
};

bool matches(const std::string& pattern, const std::string& name) {
    return fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) text.replace(at, what.size(), with);
    return text;
}

std::string markerOf(const FinishedRule& rule, const std::string& name) {
    const auto dot = name.rfind('.');
    return replaced(replaced(rule.marker, "{name}", name), "{stem}", name.substr(0, dot == 0 ? name.npos : dot));
}

class FilePuller final : public Puller {
public:
    FilePuller(const FilesPull& rules, std::uint64_t items_max, std::unique_ptr<kit::FileStore> store)
        : rules_(rules), items_max_(items_max), store_(std::move(store)) {}

    base::Result<PullRound> pull(PullState& state, const PullSide& side) override {
        PullRound round;
        if (!side.pace()) return round;
        const auto listed = store_->list(rules_.directory);
        if (!listed) return listed.error();
        auto candidates = finished(*listed, state, side);
        if (!candidates) return std::move(candidates).error();
        std::uint32_t files = 0;
        for (const Candidate& candidate : *candidates) {
            round.more = files == rules_.files_max || round.items >= items_max_;
            if (round.more || !side.pace()) break;
            ++files;
            if (auto read = readOne(candidate, state, side, round); !read) return std::move(read).error();
        }
        forgetGone(*listed, state);
        return round;
    }

private:
    /// Those that are written to their end and not known yet, in order.
    base::Result<std::vector<Candidate>> finished(const std::vector<FileEntry>& listed, const PullState& state, const PullSide& side) {
        std::vector<Candidate> candidates;
        for (const FileEntry& entry : listed) {
            if (!matches(rules_.pattern, entry.name) || isUnfinishedByName(entry.name, listed)) continue;
            const auto facts = store_->stat(pathOf(entry.name));
            if (!facts && facts.error().code == ErrorCode::NotFound) continue;  // taken away meanwhile
            if (!facts) return facts.error();
            const auto known = state.files.find(entry.name);
            const bool same = known != state.files.end() && known->second.size_bytes == facts->size_bytes &&
                              known->second.modified_ms == facts->modified_ms;
            if (same || !isStable(entry.name, *facts, side.now_ms)) continue;
            candidates.push_back({entry.name, *facts});
        }
        std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
            const bool by_time = rules_.order == kit::FileOrder::Time && a.facts.modified_ms != b.facts.modified_ms;
            return by_time ? a.facts.modified_ms < b.facts.modified_ms : a.name < b.name;
        });
        return candidates;
    }

    bool isUnfinishedByName(const std::string& name, const std::vector<FileEntry>& listed) const {
        if (rules_.finished.kind == FinishedRule::Kind::Temporary) {
            return std::any_of(rules_.finished.temporary.begin(), rules_.finished.temporary.end(), [&](const auto& pattern) {
                return matches(pattern, name);
            });
        }
        if (rules_.finished.kind != FinishedRule::Kind::Marker) return false;
        const std::string marker = markerOf(rules_.finished, name);
        return std::none_of(listed.begin(), listed.end(), [&](const FileEntry& entry) { return entry.name == marker; });
    }

    /// By our own clock, from when the present size and time were first seen: the far side's may be off.
    bool isStable(const std::string& name, const FileFacts& facts, base::UnixMillis now_ms) {
        if (rules_.finished.kind != FinishedRule::Kind::Stable) return true;
        auto& seen = seen_[name];
        if (!(seen.facts == facts)) seen = {facts, now_ms};
        return now_ms - seen.since_ms >= rules_.finished.stable_s * 1000;
    }

    base::Status readOne(const Candidate& candidate, PullState& state, const PullSide& side, PullRound& round) {
        const auto known = [&](std::string sha256) {
            state.files[candidate.name] = {candidate.facts.size_bytes, candidate.facts.modified_ms, std::move(sha256)};
            return side.remember();
        };
        if (candidate.facts.size_bytes > rules_.file_bytes_max) {
            round.complaint = "a file of " + std::to_string(candidate.facts.size_bytes) + " bytes is passed over 文件过大,已跳过";
            return known("");
        }
        std::string bytes;
        const auto got = store_->get(pathOf(candidate.name), rules_.file_bytes_max, [&](std::string_view piece) {
            bytes.append(piece);
            return true;
        });
        if (!got && got.error().code == ErrorCode::NotFound) return {};
        if (!got) return got;
        const std::string sha256 = base::toHex(crypto::sha256(bytes));
        const auto before = state.files.find(candidate.name);
        if (before == state.files.end() || before->second.sha256 != sha256) {
            const auto items = side.take({.bytes = std::move(bytes), .file_name = candidate.name, .content_type = {},
                                          .what = "file " + candidate.name, .evidence = store_->evidence()});
            if (!items) return items.error();
            round.items += *items;
        }
        if (auto remembered = known(sha256); !remembered) return remembered;
        return putAway(candidate.name);
    }

    /// After the commit. What is gone already was put away before a crash.
    base::Status putAway(const std::string& name) {
        std::vector<std::string> names = {name};
        if (rules_.finished.kind == FinishedRule::Kind::Marker) names.push_back(markerOf(rules_.finished, name));
        for (const std::string& each : names) {
            base::Status done;
            if (rules_.after == kit::AfterFile::Move) done = store_->rename(pathOf(each), rules_.move_to + "/" + each);
            if (rules_.after == kit::AfterFile::Delete) done = store_->remove(pathOf(each));
            if (!done && done.error().code != ErrorCode::NotFound) return done;
        }
        return {};
    }

    /// Names that are no longer there need not be remembered; nor more than a bound.
    void forgetGone(const std::vector<FileEntry>& listed, PullState& state) {
        const auto gone = [&](const std::string& name) {
            return std::none_of(listed.begin(), listed.end(), [&](const FileEntry& entry) { return entry.name == name; });
        };
        std::erase_if(seen_, [&](const auto& each) { return gone(each.first); });
        std::erase_if(state.files, [&](const auto& each) { return gone(each.first); });
        while (state.files.size() > kRememberedFilesMax) state.files.erase(state.files.begin());
    }

    std::string pathOf(const std::string& name) const { return rules_.directory + "/" + name; }

    struct Seen {
        FileFacts facts;
        base::UnixMillis since_ms = 0;
    };
    const FilesPull& rules_;
    const std::uint64_t items_max_;
    const std::unique_ptr<kit::FileStore> store_;
    std::map<std::string, Seen> seen_;
};

/// "" where none is named.
base::Result<std::string> optionalSecret(const PullerParts& parts, const std::string& name) {
    if (name.empty()) return std::string();
    return parts.secret(name);
}

base::Result<std::unique_ptr<kit::FileStore>> openStore(const PullerParts& parts, const FilesPull& files) {
    const kit::PullRules& pull = *parts.manifest.pull;
    const kit::TransferTimes times{pull.connect_timeout_s * 1000, pull.timeout_s * 1000};
    if (const auto* folder = std::get_if<kit::FolderPull>(&files.at)) return kit::openFolder({.owner = folder->owner});
    if (const auto* sftp = std::get_if<kit::SftpPull>(&files.at)) {
        auto passphrase = optionalSecret(parts, sftp->key_passphrase);
        auto password = optionalSecret(parts, sftp->password);
        if (!passphrase) return std::move(passphrase).error();
        if (!password) return std::move(password).error();
        if (!sftp->key.empty()) {
            if (auto readable = parts.secret(sftp->key); !readable) return std::move(readable).error();
        }
        return kit::openSftp({.host = sftp->host, .port = sftp->port, .user = sftp->user, .host_keys = sftp->host_keys,
                              .private_key_path = sftp->key.empty() ? "" : parts.secret_path(sftp->key),
                              .private_key_passphrase = *std::move(passphrase), .password = *std::move(password), .times = times},
                             parts.stop);
    }
    const auto& ftps = std::get<kit::FtpsPull>(files.at);
    auto password = optionalSecret(parts, ftps.password);
    if (!password) return std::move(password).error();
    return kit::openFtps({.host = ftps.host, .port = ftps.port, .tls_name = ftps.tls_name, .user = ftps.user, .password = *std::move(password),
                          .ca_path = ftps.ca.empty() ? "" : parts.directory + "/" + ftps.ca, .times = times},
                         parts.stop);
}

}  // namespace

base::Result<std::unique_ptr<Puller>> makeFilePuller(const PullerParts& parts) {
    const auto& files = std::get<FilesPull>(parts.manifest.pull->way);
    auto store = openStore(parts, files);
    if (!store) return std::move(store).error();
    return std::unique_ptr<Puller>(new FilePuller(files, parts.manifest.pull->items_max, *std::move(store)));
}

}  // namespace yht::intake
