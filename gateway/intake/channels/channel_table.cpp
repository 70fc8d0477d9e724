#include "gateway/intake/channels/channel_table.h"

#include <algorithm>

namespace yht::channels {
namespace {

using base::ErrorCode;

bool takesMessages(const kit::Manifest& manifest) {
    return manifest.lifecycle == kit::Lifecycle::Live || manifest.lifecycle == kit::Lifecycle::Shadow;
}

/// Names of secrets that the caller's rules use.
std::vector<std::string> secretsUsed(const trust::CallerRules& caller) {
    if (caller.token) return caller.token->secrets;
    if (caller.signature) return caller.signature->secrets;
    return {};
}

class TableMaker {
public:
    TableMaker(const trust::TrustSnapshot& trust, const ChannelSetting& setting) : trust_(trust), setting_(setting) {}

    void add(const std::shared_ptr<const kit::Adapter>& adapter, const kit::EndpointRules& rules) {
        Channel channel;
        channel.adapter = adapter;
        channel.rules = &rules;
        channel.caller.source = adapter->manifest().source;
        channel.caller.endpoint = adapter->manifest().id + "/" + rules.name;
        channel.caller.caller = rules.caller;
        where_ = "sources/" + adapter->manifest().id + ": endpoints." + rules.name + ": ";
        if (rules.caller.certificate && !setting_.certificates_asked) {
            mistake("a client certificate is wanted, but channels.client_ca is not set 未设置 channels.client_ca");
        }
        if (!rules.caller.certificate) channel.caller.partner = partnerOf(rules, channel.caller.source);
        readSecrets(adapter->manifest(), channel.caller);
        for (const auto& path : rules.paths) {
            channel.path = path;
            const auto shared = std::make_shared<const Channel>(channel);
            put(kChannelsPrefix + adapter->manifest().id + path, shared);
            if (rules.own_path) put(path, shared);
        }
    }

    std::map<std::string, std::shared_ptr<const Channel>> paths;
    std::string mistakes;

private:
    void mistake(const std::string& text) { mistakes += where_ + text + "\n"; }

    void put(const std::string& path, const std::shared_ptr<const Channel>& channel) {
        const auto [at, fresh] = paths.emplace(path, channel);
        if (fresh) return;
        mistake(
            "the path " + path + " is that of " + at->second->caller.endpoint +
            " already; write own_path: false in one of them 路径重复,请在其一写 own_path: false"
        );
    }

    std::string partnerOf(const kit::EndpointRules& rules, const std::string& source) {
        if (!rules.partner.empty()) {
            const auto* partner = trust_.findPartner(rules.partner);
            if (partner == nullptr || !partner->speaksFor(source)) {
                mistake("no partner " + rules.partner + " speaks for " + source + " 没有可代表该来源的对接方");
            }
            return rules.partner;
        }
        std::vector<std::string> speakers;
        for (const auto& partner : trust_.partners()) {
            if (partner.speaksFor(source)) speakers.push_back(partner.id);
        }
        if (speakers.size() == 1) return speakers.front();
        mistake(
            speakers.empty() ? "no partner of partners.yaml speaks for " + source + " 没有对接方可代表该来源"
                             : "several partners speak for " + source + ": write partner 多个对接方可代表该来源,请写明 partner"
        );
        return {};
    }

    void readSecrets(const kit::Manifest& manifest, trust::ChannelRules& caller) {
        for (const auto& name : secretsUsed(caller.caller)) {
            auto value = setting_.read_secret(manifest.secrets.at(name));
            if (!value) mistake("secrets." + name + ": " + value.error().detail);
            else if (value->size() < kSecretBytesMin) mistake("secrets." + name + ": shorter than 8 bytes 短于 8 字节");
            else caller.secrets.emplace(name, *std::move(value));
        }
    }

    const trust::TrustSnapshot& trust_;
    const ChannelSetting& setting_;
    std::string where_;
};

}  // namespace

base::Result<std::shared_ptr<const ChannelTable>> ChannelTable::make(
    const intake::SourceAdapters& adapters, const trust::TrustSnapshot& trust, const ChannelSetting& setting
) {
    TableMaker maker(trust, setting);
    for (const auto& [id, adapter] : adapters) {
        if (!takesMessages(adapter->manifest())) continue;
        for (const auto& rules : adapter->manifest().endpoints) maker.add(adapter, rules);
    }
    if (!maker.mistakes.empty()) {
        maker.mistakes.pop_back();
        return base::makeError(ErrorCode::ConfigInvalid, std::move(maker.mistakes));
    }
    auto table = std::make_shared<ChannelTable>();
    table->paths_ = std::move(maker.paths);
    return std::shared_ptr<const ChannelTable>(std::move(table));
}

const Channel* ChannelTable::find(const std::string& path) const {
    const auto found = paths_.find(path);
    return found == paths_.end() ? nullptr : found->second.get();
}

}  // namespace yht::channels
