use insta::assert_snapshot;

use crate::test_app::TestApp;

#[tokio::test]
async fn retention_of_a_period() {
    let app = TestApp::new().await;
    let path = "/api/v1/retention?from=2025-01-01&to=2025-04-01&by=segment";
    assert_snapshot!(app.get(path).await.show(), @r#"
    200
    {
      "from": "2025-01-01",
      "to": "2025-04-01",
      "as_of": "2025-06-28",
      "currency": "EUR",
      "book": {
        "start_arr_cents": 13600000,
        "new_arr_cents": 0,
        "churned_arr_cents": 2400000,
        "contraction_arr_cents": 300000,
        "expansion_arr_cents": 2000000,
        "end_arr_cents": 12900000,
        "n_start": 3,
        "n_end": 2,
        "gross_revenue_retention": 0.8014705882352942,
        "net_revenue_retention": 0.9485294117647058,
        "logo_retention": 0.6666666666666666
      },
      "due": {
        "due_arr_cents": 13600000,
        "open_arr_cents": 0,
        "renewed_arr_cents": 10900000,
        "churned_arr_cents": 2400000,
        "contraction_arr_cents": 300000,
        "expansion_arr_cents": 2000000,
        "gross_renewal_rate": 0.8014705882352942,
        "net_renewal_rate": 0.9485294117647058,
        "logo_renewal_rate": 0.6666666666666666,
        "n_due": 3,
        "n_renewed": 2,
        "n_churned": 1,
        "n_open": 0
      },
      "groups": [
        {
          "group": "enterprise",
          "book": {
            "start_arr_cents": 10000000,
            "new_arr_cents": 0,
            "churned_arr_cents": 0,
            "contraction_arr_cents": 0,
            "expansion_arr_cents": 2000000,
            "end_arr_cents": 12000000,
            "n_start": 1,
            "n_end": 1,
            "gross_revenue_retention": 1.0,
            "net_revenue_retention": 1.2,
            "logo_retention": 1.0
          },
          "due": {
            "due_arr_cents": 10000000,
            "open_arr_cents": 0,
            "renewed_arr_cents": 10000000,
            "churned_arr_cents": 0,
            "contraction_arr_cents": 0,
            "expansion_arr_cents": 2000000,
            "gross_renewal_rate": 1.0,
            "net_renewal_rate": 1.2,
            "logo_renewal_rate": 1.0,
            "n_due": 1,
            "n_renewed": 1,
            "n_churned": 0,
            "n_open": 0
          }
        },
        {
          "group": "smb",
          "book": {
            "start_arr_cents": 3600000,
            "new_arr_cents": 0,
            "churned_arr_cents": 2400000,
            "contraction_arr_cents": 300000,
            "expansion_arr_cents": 0,
            "end_arr_cents": 900000,
            "n_start": 2,
            "n_end": 1,
            "gross_revenue_retention": 0.25,
            "net_revenue_retention": 0.25,
            "logo_retention": 0.5
          },
          "due": {
            "due_arr_cents": 3600000,
            "open_arr_cents": 0,
            "renewed_arr_cents": 900000,
            "churned_arr_cents": 2400000,
            "contraction_arr_cents": 300000,
            "expansion_arr_cents": 0,
            "gross_renewal_rate": 0.25,
            "net_renewal_rate": 0.25,
            "logo_renewal_rate": 0.5,
            "n_due": 2,
            "n_renewed": 1,
            "n_churned": 1,
            "n_open": 0
          }
        }
      ]
    }
    "#);
}
