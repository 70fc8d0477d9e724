// Files of a folder, over SFTP or FTPS. A file is read when it is written to its end, looks the same before and after it
// was read, and is not the one that is remembered under its name.
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <set>

#include "adapters/kit/pull/puller.h"
#include "adapters/kit/transport/file_store.h"
#include "adapters/kit/zip_archive.h"
#include "gateway/crypto/digest.h"

namespace yht::kit {
namespace {

constexpr int kSameNamesMax = 1'000;  // of files that came under one name in one millisecond

using base::ErrorCode;

bool matches(const std::string& pattern, const std::string& name) {
    return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

std::string replaced(std::string text, std::string_view word, const std::string& by) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size())) text.replace(at, word.size(), by);
    return text;
}

/// The file that stands beside another: "{stem}.ok".
std::string besideOf(const std::string& rule, const std::string& name) {
    const std::size_t dot = name.rfind('.');
    return replaced(replaced(rule, "{name}", name), "{stem}", name.substr(0, dot == 0 ? std::string::npos : dot));
}

std::string factsText(const FileFacts& facts) { return std::to_string(facts.size_bytes) + " " + std::to_string(facts.modified_ms); }

class FilesPuller final : public Puller {
public:
    FilesPuller(const PullRules& rules, PullSurroundings surroundings)
        : rules_(rules), files_(std::get<FilesPull>(rules_.way)), surroundings_(std::move(surroundings)) {}

    base::Status begin(const std::string&) override {
        if (!store_) {
            auto opened = open();
            if (!opened.ok()) return std::move(opened).error();
            store_ = *std::move(opened);
        }
        candidates_.clear();
        more_ = false;
        given_ = 0;
        current_.reset();
        surroundings_.before_request();
        auto listed = store_->list(files_.directory);
        if (!listed.ok()) return std::move(listed).error();
        return choose(*listed);
    }

    base::Result<std::optional<Portion>> next() override {
        current_.reset();
        while (at_ < candidates_.size()) {
            if (given_ == files_.files_max) {
                more_ = true;
                break;
            }
            const Candidate candidate = candidates_[at_++];
            auto portion = take(candidate);
            if (!portion.ok() && portion.error().code == ErrorCode::NotFound) continue;  // gone meanwhile
            if (!portion.ok() || *portion) return portion;
        }
        return std::optional<Portion>();
    }

    base::Status settle() override {
        if (!current_) return {};
        return putAway(*current_);
    }

    bool more() const override { return more_; }

private:
    struct Part {
        std::string name, path;
        FileFacts facts;
    };
    /// A file, and behind it the one that belongs to it.
    struct Candidate {
        std::vector<Part> parts;
        std::string marker;
        const std::string& name() const { return parts.front().name; }
        const FileFacts& facts() const { return parts.front().facts; }
    };
    struct Seen {
        FileFacts facts;
        std::int64_t since_steady_ms = 0;
    };

    base::Result<std::unique_ptr<FileStore>> open() {
        const TransferTimes times{rules_.connect_timeout_s * 1'000, rules_.timeout_s * 1'000};
        if (const auto* folder = std::get_if<FolderPull>(&files_.at)) return openFolder({folder->owner});
        const auto secret = [&](const std::string& name) -> base::Result<std::string> {
            return name.empty() ? base::Result<std::string>(std::string()) : surroundings_.secret(name);
        };
        if (const auto* sftp = std::get_if<SftpPull>(&files_.at)) {
            SftpSettings settings{sftp->host, sftp->port, sftp->user, sftp->host_keys, "", "", "", times};
            auto passphrase = secret(sftp->key_passphrase), password = secret(sftp->password);
            if (!passphrase.ok()) return std::move(passphrase).error();
            if (!password.ok()) return std::move(password).error();
            settings.private_key_passphrase = *std::move(passphrase);
            settings.password = *std::move(password);
            if (!sftp->key.empty()) {
                auto path = surroundings_.secret_path(sftp->key);
                if (!path.ok()) return std::move(path).error();
                settings.private_key_path = *std::move(path);
            }
            return openSftp(std::move(settings), surroundings_.stop);
        }
        const auto& ftps = std::get<FtpsPull>(files_.at);
        auto password = secret(ftps.password);
        if (!password.ok()) return std::move(password).error();
        const std::string ca = ftps.ca.empty() ? "" : surroundings_.deployment_path(ftps.ca);
        return openFtps({ftps.host, ftps.port, ftps.tls_name, ftps.user, *std::move(password), ca, times, surroundings_.judge}, surroundings_.stop);
    }

    bool isCandidate(const std::string& name) const {
        if (!matches(files_.pattern, name)) return false;
        return std::none_of(files_.finished.temporary.begin(), files_.finished.temporary.end(), [&](const auto& pattern) { return matches(pattern, name); });
    }

    base::Status choose(const std::vector<FileEntry>& listed) {
        std::set<std::string> names;
        for (const FileEntry& file : listed) names.insert(file.name);
        std::map<std::string, Seen> seen;
        for (const FileEntry& file : listed) {
            if (!isCandidate(file.name)) continue;
            Candidate candidate{{{file.name, files_.directory + "/" + file.name, {}}}, ""};
            if (files_.finished.kind == FinishedRule::Kind::Marker) {
                const std::string marker = besideOf(files_.finished.marker, file.name);
                if (marker == file.name || !names.contains(marker)) continue;
                candidate.marker = files_.directory + "/" + marker;
            }
            if (!files_.beside.empty()) {
                const std::string beside = besideOf(files_.beside, file.name);
                if (!names.contains(beside) || beside == file.name) continue;  // it waits for what belongs to it
                candidate.parts.push_back({beside, files_.directory + "/" + beside, {}});
            }
            bool there = true, stable = true;
            for (Part& part : candidate.parts) {
                surroundings_.before_request();
                auto facts = store_->stat(part.path);
                there = facts.ok() || facts.error().code != ErrorCode::NotFound;
                if (!there) break;
                if (!facts.ok()) return std::move(facts).error();
                part.facts = *facts;
                if (files_.finished.kind == FinishedRule::Kind::Stable) stable = isStable(part, seen) && stable;
            }
            if (there && stable) candidates_.push_back(std::move(candidate));
        }
        seen_ = std::move(seen);
        if (files_.order == FileOrder::Time) {
            std::stable_sort(candidates_.begin(), candidates_.end(), [](const auto& a, const auto& b) { return a.facts().modified_ms < b.facts().modified_ms; });
        }
        at_ = 0;
        return {};
    }

    /// Our own observation: the far side's clock may be any.
    bool isStable(const Part& part, std::map<std::string, Seen>& seen) {
        const std::int64_t now = surroundings_.clock.steadyMillis();
        const auto before = seen_.find(part.name);
        const bool same = before != seen_.end() && before->second.facts == part.facts;
        const Seen now_seen = same ? before->second : Seen{part.facts, now};
        seen.emplace(part.name, now_seen);
        return same && now - now_seen.since_steady_ms >= files_.finished.stable_s * 1'000;
    }

    base::Result<std::optional<Portion>> take(const Candidate& candidate) {
        const std::string mark = surroundings_.file_mark(candidate.name());
        std::string facts;
        for (const Part& part : candidate.parts) facts += (facts.empty() ? "" : " ") + factsText(part.facts);
        if (mark.starts_with(facts + " ")) {
            // Read before; what was to be done with it afterwards may have failed.
            if (!mark.ends_with(" refused")) {
                if (auto away = putAway(candidate); !away.ok()) return std::move(away).error();
            }
            return std::optional<Portion>();
        }
        ++given_;
        Portion portion;
        portion.mark_of_file = portion.file_name = candidate.name();
        bool unchanged = true;
        auto body = read(candidate, unchanged);
        if (!body.ok() && body.error().code == ErrorCode::ItemTooLarge) {
            portion.refusal = body.error();
            portion.file_mark = facts + " refused";
            portion.evidence = store_->evidence();
            return std::optional<Portion>(std::move(portion));
        }
        if (!body.ok()) return std::move(body).error();
        if (!unchanged) {
            for (const Part& part : candidate.parts) seen_.erase(part.name);  // from the beginning, another time
            return std::optional<Portion>();
        }
        portion.body = *std::move(body);
        const std::string digest = base::toHex(crypto::sha256(portion.body));
        portion.message = !mark.ends_with(" " + digest) && !portion.body.empty();
        portion.file_mark = facts + " " + digest;
        portion.evidence = store_->evidence();
        current_ = candidate;
        return std::optional<Portion>(std::move(portion));
    }

    /// The file, or an archive of it and what belongs to it. `unchanged` false: somebody is writing.
    base::Result<std::string> read(const Candidate& candidate, bool& unchanged) {
        std::vector<std::string> bodies;
        for (const Part& part : candidate.parts) {
            std::string& body = bodies.emplace_back();
            surroundings_.before_request();
            const base::Status got = store_->get(part.path, files_.file_bytes_max, [&](std::string_view piece) {
                body += piece;
                return true;
            });
            if (!got.ok()) return got.error();
            auto again = store_->stat(part.path);
            if (!again.ok()) return std::move(again).error();
            unchanged = unchanged && *again == part.facts && body.size() == part.facts.size_bytes;
        }
        if (bodies.size() == 1) return std::move(bodies.front());
        std::vector<std::pair<std::string, std::string_view>> files;
        for (std::size_t i = 0; i < bodies.size(); ++i) files.emplace_back(candidate.parts[i].name, bodies[i]);
        return packedTogether(files);
    }

    base::Status putAway(const Candidate& candidate) {
        if (surroundings_.dry || files_.after == AfterFile::Keep) return {};
        std::vector<std::string> paths;
        for (const Part& part : candidate.parts) paths.push_back(part.path);
        if (!candidate.marker.empty()) paths.push_back(candidate.marker);
        const base::UnixMillis modified_ms = candidate.facts().modified_ms;  // one time for all that belongs together
        for (const std::string& path : paths) {
            surroundings_.before_request();
            const base::Status done = files_.after == AfterFile::Delete ? store_->remove(path) : moveAway(path, modified_ms);
            if (!done.ok() && done.error().code != ErrorCode::NotFound) return done;
        }
        return {};
    }

    /// A source uses its names again, and what came first is evidence: the later one gets its time behind its name.
    base::Status moveAway(const std::string& path, base::UnixMillis modified_ms) {
        const std::string to = files_.move_to + path.substr(path.rfind('/')), timed = to + "." + std::to_string(modified_ms);
        for (int number = 0; number < kSameNamesMax; ++number) {
            const std::string name = number == 0 ? to : number == 1 ? timed : timed + "-" + std::to_string(number);
            const auto taken = store_->exists(name);
            if (!taken.ok()) return taken.error();
            if (!*taken) return store_->rename(path, name);
        }
        return base::makeError(ErrorCode::PeerRefused, "no name is free any more in the folder of what was taken in");
    }

    const PullRules rules_;
    const FilesPull& files_;
    PullSurroundings surroundings_;
    std::unique_ptr<FileStore> store_;
    std::vector<Candidate> candidates_;
    std::map<std::string, Seen> seen_;
    std::optional<Candidate> current_;
    std::size_t at_ = 0;
    std::uint32_t given_ = 0;
    bool more_ = false;
};

}  // namespace

base::Result<std::unique_ptr<Puller>> makeFilesPuller(const Manifest& manifest, PullSurroundings surroundings) {
    return std::unique_ptr<Puller>(std::make_unique<FilesPuller>(*manifest.pull, std::move(surroundings)));
}

}  // namespace yht::kit
