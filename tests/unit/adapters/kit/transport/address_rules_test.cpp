#include "adapters/kit/transport/address_rules.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace yht::kit {
namespace {

sockaddr_storage addressOf(const char* text) {
    sockaddr_storage storage{};
    auto* four = reinterpret_cast<sockaddr_in*>(&storage);
    auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
    if (::inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
    } else {
        EXPECT_EQ(1, ::inet_pton(AF_INET6, text, &six->sin6_addr)) << text;
        six->sin6_family = AF_INET6;
    }
    return storage;
}

bool inner(const char* text) {
    const auto storage = addressOf(text);
    return isInnerAddress(reinterpret_cast<const sockaddr&>(storage));
}

bool may(const char* text, const std::vector<std::string>& hosts) {
    const auto storage = addressOf(text);
    return mayConnect(reinterpret_cast<const sockaddr&>(storage), hosts);
}

TEST(AddressRules, WhatIsOursOrOurNeighboursIsInner) {
    for (const char* text :
         {"127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
          "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::", "::1",
          "::ffff:127.0.0.1", "::ffff:10.1.1.1", "::127.0.0.1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "64:ff9b::7f00:1",
          "2002:7f00:1::", "2002:a00:1::", "2001:db8::1", "2001::1", "100::1"}) {
        EXPECT_TRUE(inner(text)) << text;
    }
}

TEST(AddressRules, TheInternetIsNot) {
    for (const char* text : {"8.8.8.8", "1.0.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255", "100.63.255.255",
                             "100.128.0.1", "223.255.255.255", "11.0.0.1", "2400:3200::1", "2606:4700::1", "2002:808:808::",
                             "::ffff:8.8.8.8"}) {
        EXPECT_FALSE(inner(text)) << text;
    }
}

TEST(AddressRules, OtherFamiliesAreInner) {
    sockaddr local{};
    local.sa_family = AF_UNIX;
    EXPECT_TRUE(isInnerAddress(local));
    EXPECT_FALSE(mayConnect(local, {"localhost"}));
}

TEST(AddressRules, AnInnerAddressIsReachedWhereItStandsInTheListItself) {
    EXPECT_FALSE(may("10.1.2.3", {"files.example"}));
    EXPECT_TRUE(may("10.1.2.3", {"files.example", "10.1.2.3"}));
    EXPECT_TRUE(may("10.1.2.3", {"10.1.2.3:8443"}));
    EXPECT_FALSE(may("10.1.2.4", {"10.1.2.3"}));
    EXPECT_TRUE(may("::1", {"[::1]:8443"}));
    EXPECT_FALSE(may("::1", {"127.0.0.1"}));
    EXPECT_TRUE(may("8.8.8.8", {"files.example"}));
}

TEST(AddressRules, AHostIsListedWithItsPort) {
    EXPECT_TRUE(isListedHost("files.example", 443, true, {"files.example"}));
    EXPECT_FALSE(isListedHost("files.example", 8443, false, {"files.example"}));
    EXPECT_TRUE(isListedHost("files.example", 8443, false, {"files.example:8443"}));
    EXPECT_FALSE(isListedHost("a.files.example", 443, true, {"files.example"}));
    EXPECT_FALSE(isListedHost("files.example.evil", 443, true, {"files.example"}));
}

}  // namespace
}  // namespace yht::kit
