#include "gateway/app/certificate_watch.h"

#include <algorithm>

#include "gateway/app/certificate_uses.h"
#include "gateway/base/time_text.h"

namespace yht::app {
namespace {

using certs::Judgement;
using certs::ObjectState;

constexpr ObjectState kStates[] = {ObjectState::Good, ObjectState::Soon, ObjectState::Expired, ObjectState::Wrong, ObjectState::Replaced};

std::string usesOf(const certs::InventoryObject& object) {
    std::string text;
    for (const auto& use : object.uses) text += (text.empty() ? "" : ", ") + use.where;
    return text;
}

/// "" where there is nothing to tell. A new text is a new step: 60 days, 30 days, expired.
std::string troubleOf(const Judgement& one) {
    const auto& object = *one.object;
    const std::string name = std::string(object.crl ? "CRL " : "certificate ") + usesOf(object) + ": ";
    const std::string end = base::formatRfc3339(object.endMillis()).substr(0, 10);
    switch (one.state) {
        case ObjectState::Good:
        case ObjectState::Replaced:
            return "";
        case ObjectState::Soon:
            return name + "ends within " + std::to_string(one.announced_days) + " days, on " + end + " 将于 " +
                   std::to_string(one.announced_days) + " 天内到期";
        case ObjectState::Expired:
        case ObjectState::Wrong:
            break;
    }
    if (one.findings.empty()) return name + "expired on " + end + " 已过期";
    const auto& [where, finding] = one.findings.front();
    return name + "certificate." + finding.row().wire + " " + finding.row().en + " " + finding.row().zh;
}

}  // namespace

CertificateWatch::CertificateWatch(prometheus::Registry& registry, Parts parts)
    : parts_(std::move(parts)),
      states_(prometheus::BuildGauge().Name("yht_certificates").Help("Certificates and CRLs in use, by state").Register(registry)),
      days_(prometheus::BuildGauge().Name("yht_certificate_days_left").Help("Days until the first of a use ends").Register(registry)),
      thread_([this](const std::stop_token& stop) {
          std::unique_lock lock(wait_mutex_);
          while (!stop.stop_requested()) {
              lock.unlock();
              look();
              lock.lock();
              stopped_.wait_for(lock, stop, std::chrono::milliseconds(kCertificateWatchMillis), [] { return false; });
          }
      }) {}

CertificateWatch::~CertificateWatch() = default;

void CertificateWatch::look() {
    const std::lock_guard lock(mutex_);
    const auto inventory = inventoryOf(parts_.deployment);
    std::map<std::string, std::string> troubles;
    if (!inventory.ok()) {
        // What was told before stays told: nothing is known to be mended.
        const std::string why = "certificates can't be looked at 无法检查证书: " + base::describe(inventory.error());
        if (why != unreadable_) parts_.log(why);
        unreadable_ = why;
        return;
    }
    unreadable_.clear();
    const auto judgements = certs::judge(*inventory, parts_.clock.nowMillis());
    for (const Judgement& one : judgements) {
        if (const auto text = troubleOf(one); !text.empty()) troubles[one.object->fingerprint()] = text;
    }
    for (const auto& problem : inventory->problems) {
        troubles[problem.file] = "certificate " + problem.where + ": can't be read 无法读取: " + problem.file;
    }
    tell(troubles);
    show(judgements);
}

void CertificateWatch::tell(const std::map<std::string, std::string>& troubles) {
    for (const auto& [key, text] : troubles) {
        const auto before = told_.find(key);
        if (before == told_.end() || before->second != text) parts_.log(text);
    }
    for (const auto& [key, text] : told_) {
        if (!troubles.contains(key)) parts_.log("resolved 已解决: " + text);
    }
    told_ = troubles;
}

void CertificateWatch::show(const std::vector<Judgement>& judgements) {
    for (const ObjectState state : kStates) {
        const auto count = std::count_if(judgements.begin(), judgements.end(), [&](const Judgement& one) { return one.state == state; });
        states_.Add({{"state", certs::stateName(state)}}).Set(static_cast<double>(count));
    }
    std::map<std::string, std::pair<std::string, std::int64_t>> first;  // use → role, days
    for (const Judgement& one : judgements) {
        if (one.days_left == INT64_MAX || one.state == ObjectState::Replaced) continue;
        for (const auto& use : one.object->uses)
            first.try_emplace(use.where, certs::roleName(one.object->role), one.days_left);  // the first to end stands first
    }
    for (const auto& [use, gauge] : shown_) {
        if (!first.contains(use)) days_.Remove(gauge);
    }
    std::map<std::string, prometheus::Gauge*> shown;
    for (const auto& [use, what] : first) {
        auto& gauge = days_.Add({{"role", what.first}, {"use", use}});
        gauge.Set(static_cast<double>(what.second));
        shown[use] = &gauge;
    }
    shown_ = std::move(shown);
}

}  // namespace yht::app
