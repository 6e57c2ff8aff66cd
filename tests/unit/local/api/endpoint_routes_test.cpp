// Where services are: by type, alias or name, in which region, and how a catalog is kept.
#include "daemon/local/api/catalog.hpp"
#include "tests/unit/local/api/local_side.hpp"

namespace tokenward::local::testing {
namespace {

using EndpointRoutes = LocalSide;

TEST_F(EndpointRoutes, EndpointsComeFromTheCatalog) {
    give_token();
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=compute").body, R"({"url":"https://ecs.eu-de"})");
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=nova&interface=internal&region=eu-de").body,
              R"({"url":"https://internal"})");
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=compute&region=eu-nl").code(), "no_such_resource");
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=volumev3").body, R"({"url":"https://evs"})")
        << "which is block-storage";
    reply none = get("/v1/endpoints/ci/eu-de?service=dns");
    EXPECT_EQ(none.code(), "no_such_resource");
    EXPECT_EQ(none.json().at("title"), "no such service in the catalog");
    EXPECT_EQ(none.json().at("detail"), "no such service in the catalog: public endpoint of dns");
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de").json().at("catalog").as_array().size(), 2U);
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?region=eu-de").status, 400);
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=").status, 400);
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de", "", 1002).code(), "denied");
}

TEST_F(EndpointRoutes, AnInterfaceMayHaveItsNameOfOld) {
    give_token();
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=nova&interface=internalURL").body,
              R"({"url":"https://internal"})");
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=nova&interface=publicURL").body,
              R"({"url":"https://ecs.eu-de"})");
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=nova&interface=adminURL").json().at("detail"),
              "no such service in the catalog: admin endpoint of nova");
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=nova&interface=otherURL").json().at("detail"),
              "no such service in the catalog: otherURL endpoint of nova");
}

TEST_F(EndpointRoutes, EndpointsWaitForATokenAndNeedACatalog) {
    auto connection = connect();
    start(*connection, request_text("GET", "/v1/endpoints/ci/eu-de?service=compute"));
    EXPECT_FALSE(connection->answered);
    give_token();
    ASSERT_TRUE(connection->answered);
    EXPECT_EQ(split_reply(*connection->answered).status, 200);

    config bare = two_identities();
    bare.identities[0].catalog = false;
    service.configure(bare);
    EXPECT_NE(get("/v1/endpoints/ci/eu-de").body.find("catalog: false"), std::string::npos);
}

TEST_F(EndpointRoutes, WhatTheCallerLeavesOpenTheConfigurationSays) {
    config said = two_identities();
    said.identities[0].endpoint_interface = "internal";
    said.identities[0].region_name = "eu-de";
    service.configure(said);
    run();
    give_token();
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=compute").body, R"({"url":"https://internal"})");
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=compute&interface=public").body,
              R"({"url":"https://ecs.eu-de"})");
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de?service=compute&region=eu-nl").code(), "no_such_resource");
}

TEST_F(EndpointRoutes, TheWholeCatalogComesAsTheIamWroteIt) {
    auto t = make_token("the-token", first_fp);
    t->body = R"({"token":{"x":"\\\"},{","catalog":[{"type":"x","endpoints":[],"links":{"a":[1,2]}}],)"
              R"("y":{"catalog":7}}})";
    give(std::move(t));
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de").body,
              R"({"catalog":[{"type":"x","endpoints":[],"links":{"a":[1,2]}}]})");
    auto bare = make_token("another", second_fp);
    bare->body = R"({"token":{}})";
    auto renewing = connect(1001);
    start(*renewing, request_text("POST", "/v1/tokens/ci/eu-de/renew"));
    give(std::move(bare));
    EXPECT_EQ(get("/v1/endpoints/ci/eu-de").body, R"({"catalog":[]})");
}

TEST(Catalog, PrefersTypeToNameAndTheVeryRegionToAll) {
    catalog services(
        R"([{"type":"x","name":"iam","endpoints":[{"interface":"public","region":"*","url":"by-name"}]},)"
        R"({"type":"iam","name":"y","endpoints":[{"interface":"public","region":"*","url":"everywhere"},)"
        R"({"interface":"public","region_id":"eu-de","url":"here"}]},{"type":"iam"},{"type":7},null])");
    EXPECT_EQ(*services.find({.service = "iam"}), "everywhere") << "the first";
    EXPECT_EQ(*services.find({.service = "iam", .region = "*"}), "everywhere") << "any";
    EXPECT_EQ(*services.find({.service = "iam", .region = "eu-de"}), "here");
    EXPECT_EQ(*services.find({.service = "iam", .region = "eu-nl"}), "everywhere");
    EXPECT_EQ(*services.find({.service = "x"}), "by-name");
    EXPECT_FALSE(services.find({.service = "iam", .interface = "admin"}));
}

TEST(Catalog, AnAliasStandsForItsServiceButNoVersionForAnother) {
    auto only = [](const std::string& type) {
        return catalog(R"([{"type":")" + type + R"(","endpoints":[{"interface":"public","url":"u"}]}])");
    };
    EXPECT_TRUE(only("volumev3").find({.service = "block-storage"}));
    EXPECT_TRUE(only("block-storage").find({.service = "volumev2"}));
    EXPECT_TRUE(only("volumev3").find({.service = "volume"}));
    EXPECT_FALSE(only("volumev3").find({.service = "volumev2"}));
    EXPECT_TRUE(only("sharev2").find({.service = "shared-file-system"}));
    EXPECT_FALSE(only("compute").find({.service = "network"}));
    EXPECT_EQ(
        types_meant_by("block-storage"),
        (std::vector<std::string_view>{"block-storage", "volumev3", "volumev2", "volume", "block-store"}));
    EXPECT_EQ(types_meant_by("compute"), std::vector<std::string_view>{"compute"});
}

TEST(Catalog, IsEmptyWhereTheIamGaveNone) {
    for (const char* body :
         {"", "nonsense", "[]", "{", R"({"token)", R"({"token":)", R"({"token":{"catalog":)",
          R"({"token":{}})", R"({"token":{"catalog":null}})", R"({"catalog":[]})"}) {
        EXPECT_TRUE(catalog_text(body).empty()) << body;
        EXPECT_FALSE(catalog(catalog_text(body)).find({.service = "x"})) << body;
    }
}

TEST(Catalog, EqualOnesAreKeptOnceForAsLongAsTheyAreUsed) {
    catalog_pool pool;
    const std::string text = R"([{"type":"x","endpoints":[{"interface":"public","url":"u"}]}])";
    auto first = pool.share(catalog(text));
    EXPECT_EQ(pool.share(catalog(text)), first);
    EXPECT_NE(pool.share(catalog("[]")), first);
    std::weak_ptr<const catalog> watched = first;
    first.reset();
    EXPECT_TRUE(watched.expired());
    EXPECT_TRUE(pool.share(catalog(text))->find({.service = "x"}));
}

} // namespace
} // namespace tokenward::local::testing
